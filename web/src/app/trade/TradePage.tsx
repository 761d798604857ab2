/** The workspace of a trader: market, chart, book, ticket, and everything held. */
import { useEffect, useState } from "react";
import { Button } from "@/components/Controls";
import { Empty, Panel, Skeleton } from "@/components/Panel";
import { BookPanel } from "@/features/book";
import { ChartPanel } from "@/features/chart";
import { Header, SymbolPicker } from "@/features/instrument";
import { TablesPanel } from "@/features/tables";
import { edit, focusField, TicketPanel } from "@/features/ticket";
import { told } from "@/lib/api/problem";
import { environmentOf, type Instrument, type Position } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { cancelOrder } from "@/lib/desk/actions";
import { isOwned } from "@/lib/instrument";
import { follow } from "@/lib/stream/stream";
import { AccountPicker } from "./AccountPicker";
import { useClosed } from "./closed";
import { useTradeKeys } from "./keys";
import { useWorkspace, type Account, type Workspace } from "./workspace";

export function TradePage() {
  const workspace = useWorkspace();
  const { accounts, instruments, account, instrument } = workspace;
  useFollowedAccounts(accounts.data);
  if (accounts.isError) return <Whole><Empty text={copy.failed("Accounts", told(accounts.error))}><Button onClick={() => void accounts.refetch()}>Try again</Button></Empty></Whole>;
  if (accounts.isPending || (instruments.isPending && !instrument)) return <Whole><Skeleton rows={12} noun="accounts and instruments" /></Whole>;
  if (!account) return <Whole><Empty text={copy.noAccount} /></Whole>;
  if (!instrument) {
    const why = instruments.error ? told(instruments.error) : "the account lists none.";
    return <Whole><Empty text={copy.failed("Instruments", why)}><AccountPicker {...workspace} account={account} /></Empty></Whole>;
  }
  return <Desk workspace={workspace} account={account} instrument={instrument} />;
}

function Whole({ children }: { children: React.ReactNode }) {
  return <main id="content" className="min-h-0 p-1"><Panel name="Trade" className="h-full">{children}</Panel></main>;
}

/** Positions and orders of every account are in one table, so every account is followed. */
function useFollowedAccounts(accounts: readonly Account[] | undefined) {
  const ids = (accounts ?? []).map((account) => account.id).join("\n");
  useEffect(() => {
    const ends = ids ? ids.split("\n").map((id) => follow({ topic: "account", account: id })) : [];
    ends.push(follow({ topic: "system" }));
    return () => ends.forEach((end) => end());
  }, [ids]);
}

function Desk({ workspace, account, instrument }: { workspace: Workspace; account: Account; instrument: Instrument }) {
  const { known, offered, search, go } = workspace;
  const [isTicketOpen, openTicket] = useState(false);
  const { closedOf, oldPrices } = useClosed();
  const tab = search.tab ?? "positions";
  const env = environmentOf(account);

  const order = (side: "BUY" | "SELL") => {
    edit({ side });
    openTicket(true);
    focusField("size");
  };
  const closePosition = (held: Position) => {
    const isLong = !held.quantity.startsWith("-");
    const market = `${held.venue}|${held.symbol}`;
    const of = known.instruments.get(market);
    edit({
      market, side: isLong ? "SELL" : "BUY", type: "MARKET", unit: "base", size: held.quantity.replace("-", ""), reduceOnly: of === undefined || !isOwned(of),
    });
    go({ account: held.account, symbol: held.symbol });
    openTicket(true);
    focusField("size");
  };
  useTradeKeys({ order, openTicket, go, offered, instrument });

  return (
    <main id="content" className="grid min-h-0 gap-1 p-1 max-tablet:auto-rows-min max-tablet:overflow-y-auto max-tablet:pb-16 tablet:grid-cols-[minmax(0,1fr)_304px] tablet:grid-rows-[auto_minmax(0,1fr)_238px] desk:grid-cols-[minmax(0,1fr)_304px_328px] desk:grid-rows-[52px_minmax(0,1fr)_238px]">
      {env !== "live" && <div aria-hidden="true" className={`pointer-events-none fixed inset-x-0 top-11 z-10 h-[3px] ${env === "paper" ? "rule-paper" : "rule-sandbox"}`} />}
      <Header instrument={instrument} className="tablet:col-span-2" picker={<SymbolPicker instruments={offered} selected={instrument} onPick={(symbol) => go({ symbol })} />} />
      <ChartPanel
        instrument={instrument} account={account} closed={closedOf(account)} interval={search.interval ?? "1m"} onInterval={(interval) => go({}, { interval })}
        onCancel={(own) => void cancelOrder(own)} className="max-tablet:h-[340px]"
      />
      <BookPanel
        instrument={instrument} account={account.id} className="max-tablet:order-4 max-tablet:h-[640px]"
        onPick={(price, size) => edit({ price, ...(size === null ? {} : { size, unit: "base" as const }) })}
      />
      <TicketPanel
        account={account} instrument={instrument} closed={closedOf(account)} oldPrices={oldPrices} accountPicker={<AccountPicker {...workspace} account={account} />}
        onWatch={() => { openTicket(false); go({}, { tab: "orders" }); }} onClose={isTicketOpen ? () => openTicket(false) : undefined}
        className={`desk:col-start-3 desk:row-span-3 desk:row-start-1 max-desk:fixed max-desk:inset-y-0 max-desk:right-0 max-desk:z-40 max-desk:w-full max-desk:rounded-none max-desk:shadow-dialog tablet:max-desk:w-[328px] ${isTicketOpen ? "" : "max-desk:hidden"}`}
      />
      <TablesPanel
        known={known} symbol={instrument.symbol} tab={tab} onTab={(next) => go({}, { tab: next })} onlySymbol={search.only === true}
        onOnlySymbol={(only) => go({}, { only })} onSymbol={(of, symbol) => go({ account: of, symbol })} onClosePosition={closePosition} closedOf={closedOf}
        className="max-tablet:order-3 max-tablet:h-[320px] tablet:col-span-2"
      />
      <div className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-2 gap-2 border-t border-line bg-surface-1 p-2 tablet:top-1.5 tablet:right-52 tablet:bottom-auto tablet:left-auto tablet:w-44 tablet:border-0 tablet:bg-transparent tablet:p-0 desk:hidden">
        <button type="button" onClick={() => order("BUY")} className="h-11 rounded-main tablet:h-8 bg-buy-fill font-semibold text-on-fill">Buy</button>
        <button type="button" onClick={() => order("SELL")} className="h-11 rounded-main tablet:h-8 bg-sell-fill font-semibold text-on-fill">Sell</button>
      </div>
    </main>
  );
}
