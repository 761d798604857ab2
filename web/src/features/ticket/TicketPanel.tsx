/** The order ticket: from top to bottom in the order of decisions. */
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { EnvBadge, edgeOf } from "@/components/Badges";
import { Check, Choice, Fact, Segmented } from "@/components/Controls";
import { DateTimeField } from "@/components/DecimalField";
import { Panel } from "@/components/Panel";
import { environmentOf, type Account, type Instrument, type OrderType, type Side } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { holdings } from "@/lib/desk/holdings";
import { absolute, sign } from "@/lib/decimal/decimal";
import { format, moneyDigits, UNKNOWN } from "@/lib/decimal/format";
import { isOwned, sizeDigits, sizeUnit, venueName } from "@/lib/instrument";
import { TYPE_NAMES } from "@/lib/order/names";
import { usePart, useStore } from "@/lib/store";
import { second } from "@/lib/clock";
import { useTopic } from "@/lib/stream/stream";
import { localOf, zoneOf } from "@/lib/time";
import { review, type Facts } from "./checks";
import { fitted, lacking, neverRests } from "./draft";
import { Fields } from "./parts/Fields";
import { Outcome } from "./parts/Outcome";
import { Send } from "./parts/Send";
import { draft as draftStore, edit, focusField, place, sending } from "./store";

interface TicketPanelProps {
  account: Account;
  instrument: Instrument;
  /** Why nothing may be sent just now. */
  closed: string | null;
  oldPrices: string | null;
  accountPicker: ReactNode;
  onWatch(): void;
  onClose?: (() => void) | undefined;
  className?: string;
}

const FIRST: readonly OrderType[] = ["LIMIT", "MARKET", "STOP_MARKET"];
const whole = <T,>(state: T) => state;
const DAY_MS = 86_400_000;
const MORE: readonly OrderType[] = ["STOP_LIMIT", "TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT", "TRAILING_STOP"];

export function TicketPanel(props: TicketPanelProps) {
  const { account, instrument, closed, oldPrices, accountPicker, onWatch, onClose, className = "" } = props;
  const typed = useStore(draftStore);
  const draft = useMemo(() => fitted(typed, account.capabilities, instrument), [typed, account, instrument]);
  const isLocked = useStore(sending).state !== "ready";
  const ticker = usePart(useTopic({ topic: "ticker", venue: instrument.venue, symbol: instrument.symbol }), (live) => live.ticker, 250);
  const held = usePart(holdings, whole, 250);
  // Time passes for what ends at a time; the rest is not looked at anew each second.
  const nowMs = usePart(second, (ms) => (draft.timeInForce === "GTD" ? ms : 0));
  const facts: Facts = useMemo(
    () => ({
      account, instrument, closed, oldPrices, nowMs, bid: ticker?.bid ?? null, ask: ticker?.ask ?? null, last: ticker?.last ?? null,
      balances: held.balances.filter((each) => each.account === account.id),
      position: held.positions.find((each) => each.account === account.id && each.symbol === instrument.symbol) ?? null,
    }),
    [account, instrument, closed, oldPrices, nowMs, ticker, held],
  );
  const checked = useMemo(() => review(draft, facts), [draft, facts]);
  const env = environmentOf(account);

  // Another market has other prices: what was typed for the one before means nothing there.
  const market = `${instrument.venue}|${instrument.symbol}`;
  useEffect(() => {
    if (draftStore.get().market !== market) edit({ market, price: "", trigger: "", activation: "", size: "" });
  }, [market]);
  // A price to begin with, once: a field that was emptied stays empty.
  const pricedFor = useRef("");
  useEffect(() => {
    const last = ticker?.last;
    if (!last || pricedFor.current === market) return;
    pricedFor.current = market;
    if (draftStore.get().price === "") edit({ price: last });
  }, [ticker?.last, market]);

  const onKey = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    // Enter goes to the button, where a second Enter sends what it says.
    if (event.ctrlKey || event.metaKey) void (checked.body && place(checked.body));
    else focusField("send");
  };
  const money = moneyDigits(instrument.quote);
  const unit = sizeUnit(instrument);
  // Its line is always there: a note comes and goes with the market, the button stays.
  const note = Object.values(checked.findings).find((finding) => finding.level === "note")?.text;
  const types = (list: readonly OrderType[]) => list.map((type) => ({ value: type, label: TYPE_NAMES[type], disabled: lacking(account.capabilities, venueName(account.venue), type) }));

  return (
    <Panel name="Order ticket" className={`${edgeOf(env)} ${env === "live" ? "" : "bg-surface-1!"} ${className}`}>
      <div className={`flex h-9 shrink-0 items-center gap-2.5 border-b border-line px-3 ${edgeOf(env)}`}>
        <h2 className="text-cell font-[550]">Order</h2>
        <span className="flex-1" />
        {accountPicker}
        <EnvBadge env={env} />
        {onClose && <button type="button" className="h-6 text-text-2 hover:text-text-1 desk:hidden" onClick={onClose}>Close</button>}
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-2.5 overflow-y-auto p-3" onKeyDown={onKey}>
        <Segmented<Side>
          label="Side" value={draft.side} onChange={(side) => edit({ side })} className="grid grid-cols-2 gap-0.5 rounded-main bg-surface-2 p-0.5"
          items={[{ value: "BUY", label: "Buy" }, { value: "SELL", label: "Sell" }]}
          itemClass={(active, side) => `h-8 rounded-chip text-nav font-[550] ${active ? `${side === "BUY" ? "bg-buy-fill" : "bg-sell-fill"} text-on-fill` : "text-text-2 hover:text-text-1"}`}
        />
        <div className="flex h-6 items-center gap-2.5 text-cell">
          <Segmented
            label="Order type" value={draft.type} onChange={(type) => edit({ type })} items={types(FIRST)} className="flex gap-1"
            itemClass={(active) => `h-6 px-1 ${active ? "font-[550] text-text-1" : "text-text-3 hover:text-text-1 disabled:line-through disabled:hover:text-text-3"}`}
          />
          <Choice<OrderType | "">
            label="More order types" value={MORE.includes(draft.type) ? draft.type : ""} onChange={(type) => type && edit({ type })}
            items={[{ value: "", label: "More" }, ...types(MORE)]} className={MORE.includes(draft.type) ? "font-[550]" : "text-text-3"}
          />
        </div>
        <Fields draft={draft} facts={facts} checked={checked} locked={isLocked} />
        <div className="flex items-center gap-3 tracking-[-0.012em]">
          <Choice
            label="Time in force" value={draft.timeInForce} onChange={(timeInForce) => edit({ timeInForce, ...(timeInForce === "GTD" && draft.expires === "" ? { expires: localOf(second.get() + DAY_MS) } : {}) })}
            items={(["GTC", "IOC", "FOK", "GTD"] as const).map((value) => ({ value, label: value, disabled: value === "GTD" && draft.type === "MARKET" ? copy.marketNeverWaits : lacking(account.capabilities, venueName(account.venue), value) }))}
          />
          <span className="flex-1" />
          {!isOwned(instrument) && <Check label="Reduce-only" checked={draft.reduceOnly} disabled={lacking(account.capabilities, venueName(account.venue), "reduce_only")} onChange={(reduceOnly) => edit({ reduceOnly })} />}
          <Check label="Post-only" checked={draft.postOnly} disabled={neverRests(draft) ?? lacking(account.capabilities, venueName(account.venue), "post_only")} onChange={(postOnly) => edit({ postOnly })} />
        </div>
        {draft.timeInForce === "GTD" && (
          <DateTimeField label="Until" zone={zoneOf(nowMs)} value={draft.expires} disabled={isLocked} finding={checked.findings.expires} onChange={(expires) => edit({ expires })} />
        )}
        <Outcome onWatch={onWatch} />
        <div className="mt-1">
          <Fact name="Value">{checked.value ? <><span className="font-[550]">≈ {format(checked.value, { digits: money, rounding: "ceiling" })}</span> {instrument.quote}</> : UNKNOWN}</Fact>
          <Fact name={draft.postOnly ? "Fee as maker, about" : "Fee as taker, about"}>{checked.fee ? `${format(checked.fee, { digits: money, rounding: "ceiling" })} ${instrument.quote}` : UNKNOWN}</Fact>
          <Fact name="Position after">{checked.after ? <>{sign(checked.after) < 0 ? "Short " : ""}{format(absolute(checked.after), { digits: sizeDigits(instrument) })} {unit}</> : UNKNOWN}</Fact>
          <Fact name="Free to trade">{checked.free ? `${format(checked.free, { digits: money, rounding: "floor" })} ${instrument.kind === "SPOT" ? instrument.quote : instrument.settle}` : UNKNOWN}</Fact>
        </div>
        <p className="h-4 truncate text-hint text-text-2">{note ?? (env === "paper" ? copy.paper : env === "sandbox" ? copy.sandbox : "")}</p>
        <Send draft={draft} facts={facts} checked={checked} />
        <div className="mt-auto border-t border-line pt-3">
          <h3 className="mb-1 flex justify-between"><span className="font-[550]">Account</span><span className="text-text-2">{venueName(account.venue)} {account.id}</span></h3>
          {facts.balances.map((balance) => (
            <Fact key={balance.asset} name={`Free ${balance.asset}`}>{format(balance.available, { digits: moneyDigits(balance.asset), rounding: "floor" })}<span className="text-text-3"> of {format(balance.total, { digits: moneyDigits(balance.asset), rounding: "floor" })}</span></Fact>
          ))}
          {facts.balances.length === 0 && <p className="text-text-2">{copy.noBalances}</p>}
        </div>
      </div>
    </Panel>
  );
}
