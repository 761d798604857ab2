/** Everything held and asked for, of all accounts, in tabs below the chart. */
import * as Tabs from "@radix-ui/react-tabs";
import { useMemo, type ReactNode } from "react";
import { Button } from "@/components/Controls";
import { DataTable, type Column } from "@/components/DataTable";
import { Icon } from "@/components/Icon";
import { Empty, Panel, Skeleton } from "@/components/Panel";
import { announce } from "@/lib/announce";
import { told } from "@/lib/api/problem";
import type { Account, Order, Position } from "@/lib/api/types";
import { useSecond } from "@/lib/clock";
import { copy } from "@/lib/copy";
import { cancelOrder } from "@/lib/desk/actions";
import { amending, notChanged, stage } from "@/lib/desk/amending";
import { holdings, withTold } from "@/lib/desk/holdings";
import { useFills, useOrderHistory } from "@/lib/desk/queries";
import { whyFixed } from "@/lib/order/amendment";
import { SIDE_WORDS } from "@/lib/order/names";
import { createStore, usePart, useStore } from "@/lib/store";
import { ageOf } from "@/lib/time";
import { instrumentOf, rowEdge, type Known } from "./cells";
import { balanceColumns, fillColumns, orderColumns, positionColumns } from "./columns";
import { ChangeLine } from "./parts/Change";

export type TabName = "positions" | "orders" | "history" | "fills" | "balances";

interface TablesPanelProps {
  known: Known;
  symbol: string;
  tab: TabName;
  onTab(tab: TabName): void;
  onlySymbol: boolean;
  onOnlySymbol(only: boolean): void;
  onSymbol(account: string, symbol: string): void;
  onClosePosition(position: Position): void;
  /** Why nothing new may be asked of an account just now; null where it may. */
  closedOf(account: Account): string | null;
  className?: string;
}

/** Tables are read, not watched: they change at most so often. */
const TABLES_MS = 250;
const whole = <T,>(state: T) => state;

const selection = createStore<ReadonlySet<string>>(new Set());

/** Stops of which X has warned once: the next press cancels them too. */
let warned: ReadonlySet<string> = new Set();

/** Cancel what is selected in the open orders. A stop that protects a position asks first. */
export function cancelSelected(): void {
  const chosen = holdings.get().orders.filter((order) => selection.get().has(order.order_id) && !order.cancel_pending);
  const protecting = chosen.filter((order) => order.reduce_only && order.trigger !== null && !warned.has(order.order_id));
  if (protecting.length > 0) {
    warned = new Set(protecting.map((order) => order.order_id));
    announce(copy.protects, "assertive");
    return;
  }
  warned = new Set();
  for (const order of chosen) void cancelOrder(order);
  selection.set(new Set());
  if (chosen.length > 0) announce(copy.cancelsAsked(chosen.length));
}

export function TablesPanel(props: TablesPanelProps) {
  const { known, symbol, tab, onTab, onlySymbol, onOnlySymbol, onSymbol, onClosePosition, closedOf, className = "" } = props;
  const held = usePart(holdings, whole, TABLES_MS);
  const shown = { accounts: useMemo(() => [...known.accounts.keys()], [known.accounts]), symbol: onlySymbol ? symbol : null };
  const history = useOrderHistory({ ...shown, isShown: tab === "history" });
  const orders = useMemo(() => withTold(history.data ?? [], held.told), [history.data, held.told]);
  const fills = useFills({ ...shown, isShown: tab === "fills" });
  const nowMs = useSecond();
  const selected = useStore(selection);
  const changing = usePart(amending, (now) => (now?.place === "row" ? now.orderId : null));
  const unchanged = useStore(notChanged);
  const unknown = held.orders.filter((order) => order.status === "UNKNOWN");
  const ofSymbol = <R extends { symbol: string }>(rows: readonly R[]) => (onlySymbol ? rows.filter((row) => row.symbol === symbol) : rows);

  const open = (row: { account: string; symbol: string }) => onSymbol(row.account, row.symbol);
  const fixed = (order: Order) => {
    const account = known.accounts.get(order.account);
    return whyFixed(order, account, account ? closedOf(account) : null);
  };
  const begin = (order: Order) => {
    const why = fixed(order);
    if (why === null) stage(order, {}, "row");
    else announce(why, "assertive");
  };
  const acts = { onCancel: (order: Order) => void cancelOrder(order), onChange: begin, whyFixed: fixed, notChanged: (order: Order) => unchanged.get(order.order_id) };
  const below = (order: Order) => {
    const instrument = order.order_id === changing ? instrumentOf(known, order) : null;
    return instrument && <ChangeLine order={order} instrument={instrument} />;
  };
  const columns = {
    positions: positionColumns(known, open, onClosePosition),
    orders: orderColumns(known, nowMs, open, acts),
    history: orderColumns(known, nowMs, open, null),
    fills: fillColumns(known, nowMs, open),
    balances: balanceColumns(known),
  };
  const select = (key: string) => selection.set(new Set(selected.has(key) ? [...selected].filter((each) => each !== key) : [...selected, key]));

  const table = <R extends { account: string },>(label: string, shape: readonly Column<R>[], rows: readonly R[], rowKey: (row: R) => string, empty: string, more = {}) => (
    <DataTable label={label} columns={shape} rows={rows} rowKey={rowKey} edge={(row) => rowEdge(known, row.account)} empty={<None text={empty} hidden={onlySymbol} onClear={() => onOnlySymbol(false)} />} {...more} />
  );
  const body: Record<TabName, () => ReactNode> = {
    positions: () => table("Positions", columns.positions, ofSymbol(held.positions), (row) => `${row.account}|${row.symbol}|${row.side}`, onlySymbol ? copy.noneOfInstrument("positions", symbol) : copy.noPositions),
    orders: () => table("Open orders", columns.orders, ofSymbol(held.orders), (row) => row.order_id, onlySymbol ? copy.noneOfInstrument("open orders", symbol) : copy.noOpenOrders, { selected, onSelect: select, onOpen: begin, below }),
    history: () => asked(history, "Orders", () => table("Order history", columns.history, ofSymbol(orders), (row) => row.order_id, copy.noOrders)),
    fills: () => asked(fills, "Fills", () => table("Fills", columns.fills, fills.data ?? [], (row) => `${row.account}|${row.execution_id}`, copy.noFills)),
    balances: () => table("Balances", columns.balances, held.balances, (row) => `${row.account}|${row.asset}`, copy.noBalances),
  };
  const tabs: { name: TabName; label: string; count?: number }[] = [
    { name: "positions", label: "Positions", count: ofSymbol(held.positions).length },
    { name: "orders", label: "Open orders", count: ofSymbol(held.orders).length },
    { name: "history", label: "History" },
    { name: "fills", label: "Fills" },
    { name: "balances", label: "Balances" },
  ];

  return (
    <Panel name="Holdings" className={`${held.stale && held.loaded ? "aged" : ""} ${className}`}>
      <Tabs.Root value={tab} onValueChange={(value) => onTab(value as TabName)} className="flex min-h-0 flex-1 flex-col">
        <div className="flex h-9 shrink-0 items-center gap-3 overflow-x-auto overflow-y-hidden border-b border-line px-3">
          <Tabs.List aria-label="Holdings" className="flex gap-3.5">
            {tabs.map(({ name, label, count }) => (
              <Tabs.Trigger key={name} value={name} className="relative flex h-9 items-center gap-1.5 text-cell tracking-[-0.01em] whitespace-nowrap text-text-3 hover:text-text-1 data-[state=active]:font-[550] data-[state=active]:text-text-1 data-[state=active]:after:absolute data-[state=active]:after:inset-x-0 data-[state=active]:after:bottom-0 data-[state=active]:after:h-0.5 data-[state=active]:after:rounded-[2px] data-[state=active]:after:bg-text-1">
                {label}
                {count !== undefined && <span className="font-normal text-text-3">{count}</span>}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <span className="flex-1" />
          {unknown[0] && <Doubt orders={unknown} nowMs={nowMs} onReview={() => onTab("orders")} />}
          <button type="button" aria-pressed={onlySymbol} onClick={() => onOnlySymbol(!onlySymbol)} className={`h-6 rounded-chip px-2 whitespace-nowrap ${onlySymbol ? "bg-accent-soft text-text-1" : "bg-surface-2 text-text-2 hover:text-text-1"}`}>This instrument</button>
        </div>
        <Tabs.Content value={tab} tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
          {held.loaded ? body[tab]() : <Skeleton rows={4} noun="what is held" />}
        </Tabs.Content>
      </Tabs.Root>
    </Panel>
  );
}

/** What waits for certainty is said here until it is certain. */
function Doubt({ orders, nowMs, onReview }: { orders: readonly Order[]; nowMs: number; onReview(): void }) {
  const [first] = orders;
  if (!first) return null;
  const since = Date.parse(first.doubt?.since_at ?? first.updated_at ?? first.created_at ?? "");
  return (
    <div className="flex h-6 items-center gap-2 rounded-chip bg-warn-soft pr-1 pl-2 whitespace-nowrap">
      <Icon name="warning" size={14} className="text-warn" />
      <span>{first.account} {SIDE_WORDS[first.side]} {first.quantity} {first.symbol}: outcome unknown for {ageOf(nowMs - since)}{orders.length > 1 ? `, and ${orders.length - 1} more` : ""}</span>
      <Button className="h-[18px]! bg-surface-3" onClick={onReview}>Review</Button>
    </div>
  );
}

function None({ text, hidden, onClear }: { text: string; hidden: boolean; onClear(): void }) {
  return <Empty text={text}>{hidden && <Button onClick={onClear}>Show all instruments</Button>}</Empty>;
}

interface Query {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  data?: unknown;
  refetch(): unknown;
}

function asked(query: Query, noun: string, show: () => ReactNode): ReactNode {
  if (query.data === undefined && query.isPending) return <Skeleton rows={4} noun={noun.toLowerCase()} />;
  if (query.data === undefined && query.isError) return <Empty text={copy.failed(noun, told(query.error))}><Button onClick={() => void query.refetch()}>Try again</Button></Empty>;
  return show();
}
