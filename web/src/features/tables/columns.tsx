/** The columns of every table below the chart. */
import { SideTag, StatusTag } from "@/components/Badges";
import { Button } from "@/components/Controls";
import type { Column } from "@/components/DataTable";
import { toneOf } from "@/components/Numbers";
import type { Balance, Fill, Order, Position } from "@/lib/api/types";
import { absolute, decimal, divide, parse, sign, ZERO } from "@/lib/decimal/decimal";
import { format, moneyDigits, percent, UNKNOWN } from "@/lib/decimal/format";
import type { AmendField } from "@/lib/order/amendment";
import { SIDE_WORDS, TYPE_NAMES } from "@/lib/order/names";
import { ageOf } from "@/lib/time";
import { AccountCell, byAmount, EnvCell, instrumentOf, MarkCell, Moment, price, ProfitCell, ReturnCell, size, ValueCell, type Known } from "./cells";
import { ChangeCell } from "./parts/Change";

const HELD = { BUY: "Long", SELL: "Short" };

function place<R extends { symbol: string; account: string }>(known: Known, onSymbol: (row: R) => void): Column<R>[] {
  return [
    {
      id: "symbol", head: "Instrument", width: 15, sort: (a, b) => (a.symbol < b.symbol ? -1 : 1),
      cell: (row) => <button type="button" className="h-6 font-[550] hover:underline" onClick={() => onSymbol(row)}>{row.symbol}</button>,
    },
    { id: "account", head: "Account", width: 18, isWide: true, cell: (row) => <AccountCell known={known} account={row.account} />, sort: (a, b) => (a.account < b.account ? -1 : 1) },
    { id: "env", head: "Money", width: 8, cell: (row) => <EnvCell known={known} account={row.account} /> },
  ];
}

export function positionColumns(known: Known, onSymbol: (row: Position) => void, onClose: (row: Position) => void): Column<Position>[] {
  return [
    ...place(known, onSymbol),
    { id: "side", head: "Side", width: 6, cell: (row) => <SideTag side={row.quantity.startsWith("-") ? "SELL" : "BUY"} words={HELD} /> },
    { id: "size", head: "Size", align: "right", width: 9, cell: (row) => size(known, row, row.quantity.replace("-", "")), sort: byAmount((row) => row.quantity) },
    { id: "entry", head: "Entry", align: "right", width: 10, cell: (row) => price(known, row, row.entry_price) },
    { id: "mark", head: "Mark", align: "right", width: 10, cell: (row) => <MarkCell position={row} instrument={instrumentOf(known, row)} /> },
    { id: "value", head: "Value", align: "right", width: 18, cell: (row) => <ValueCell position={row} instrument={instrumentOf(known, row)} /> },
    { id: "profit", head: "Open P&L", align: "right", width: 17, cell: (row) => <ProfitCell position={row} instrument={instrumentOf(known, row)} /> },
    { id: "return", head: "Return", align: "right", width: 9, cell: (row) => <ReturnCell position={row} instrument={instrumentOf(known, row)} /> },
    {
      id: "realized", head: "Realised", align: "right", width: 10, sort: byAmount((row) => row.realized),
      cell: (row) => <span className={toneOf(sign(parse(row.realized) ?? ZERO))}>{format(row.realized, { digits: moneyDigits(instrumentOf(known, row)?.settle ?? ""), signed: true })}</span>,
    },
    {
      id: "fees", head: "Fees", align: "right", width: 12,
      cell: (row) => <span className="text-text-2">{Object.entries(row.fees).map(([asset, paid]) => `${format(paid, { digits: moneyDigits(asset) })} ${asset}`).join(", ") || UNKNOWN}</span>,
    },
    { id: "actions", head: "", align: "right", pinned: true, cell: (row) => <Button className="h-[22px]!" aria-label={`Close ${row.symbol} in ${row.account}: fills the ticket`} onClick={() => onClose(row)}>Close…</Button> },
  ];
}

/** What can be done with an order that is open. */
interface OrderActs {
  onCancel(order: Order): void;
  onChange(order: Order): void;
  /** Why it cannot be changed; null where it can. */
  whyFixed(order: Order): string | null;
  /** Why the change that was asked for last was not made. */
  notChanged(order: Order): string | undefined;
}

export function orderColumns(known: Known, nowMs: number, onSymbol: (row: Order) => void, acts: OrderActs | null): Column<Order>[] {
  const field = (row: Order, name: AmendField, shown: React.ReactNode) =>
    acts === null ? shown : <ChangeCell order={row} field={name} instrument={instrumentOf(known, row)}>{shown}</ChangeCell>;
  const triggerOf = (row: Order) => (row.trigger ? `${row.trigger.direction === "RISES_TO" ? "≥" : "≤"} ${price(known, row, row.trigger.price)}` : UNKNOWN);
  const columns: Column<Order>[] = [
    ...place<Order>(known, onSymbol),
    { id: "side", head: "Side", width: 5, cell: (row) => <SideTag side={row.side} /> },
    { id: "type", head: "Type", width: 10, cell: (row) => <>{TYPE_NAMES[row.type]}{row.post_only && <span className="text-text-3"> post</span>}{row.reduce_only && <span className="text-text-3"> reduce</span>}</> },
    { id: "size", head: "Size", align: "right", width: 9, cell: (row) => field(row, "quantity", amountOf(known, row)), sort: byAmount((row) => row.quantity) },
    { id: "price", head: "Price", align: "right", width: 10, cell: (row) => field(row, "limit_price", price(known, row, row.limit_price)), sort: byAmount((row) => row.limit_price) },
    { id: "trigger", head: "Trigger", align: "right", width: 12, cell: (row) => field(row, "trigger_price", <span className="text-text-2">{row.trail ? trailOf(known, row) : triggerOf(row)}</span>) },
    { id: "status", head: "Status", width: 14, cell: (row) => <StatusTag order={row} age={row.updated_at ? ageOf(nowMs - Date.parse(row.updated_at)) : undefined} notChanged={acts?.notChanged(row)} /> },
    { id: "filled", head: "Filled", align: "right", width: 9, cell: (row) => <span className={sign(decimal(row.filled)) ? "" : "text-text-3"}>{size(known, row, row.filled)}</span> },
    { id: "average", head: "Average", align: "right", width: 10, cell: (row) => <span className="text-text-2">{price(known, row, row.average_price)}</span> },
    { id: "tif", head: "TIF", width: 5, cell: (row) => <span className="text-text-2">{row.time_in_force}{row.expires_at && <> <Moment at={row.expires_at} nowMs={nowMs} /></>}</span> },
    { id: "at", head: "Placed", width: 10, cell: (row) => <Moment at={row.created_at} nowMs={nowMs} />, sort: (a, b) => ((a.created_at ?? "") < (b.created_at ?? "") ? -1 : 1) },
  ];
  if (acts === null) return [...columns, { id: "reason", head: "Reason", width: 16, cell: (row) => <span className="text-text-2">{row.reason}</span> }];
  return [
    ...columns,
    {
      id: "actions", head: "", align: "right", pinned: true,
      cell: (row) => {
        const what = `${SIDE_WORDS[row.side]} ${row.quantity ?? ""} ${row.symbol}`;
        return (
          <span className="inline-flex gap-1">
            <Button className="h-[22px]!" reason={acts.whyFixed(row)} aria-label={`Change ${what}`} onClick={() => acts.onChange(row)}>Change</Button>
            <Button className="h-[22px]!" disabled={row.cancel_pending} aria-label={`Cancel ${what}`} onClick={() => acts.onCancel(row)}>Cancel</Button>
          </span>
        );
      },
    },
  ];
}

/** Base units, or the money that an order is to spend. */
function amountOf(known: Known, row: Order): React.ReactNode {
  if (row.quantity !== null || row.value === null) return size(known, row, row.quantity);
  const quote = instrumentOf(known, row)?.quote ?? "";
  return <>{format(row.value, { digits: moneyDigits(quote) })} <span className="text-micro text-text-3">{quote}</span></>;
}

/** How far a trailing stop follows: 0.50 %, or an amount in quote units. */
function trailOf(known: Known, row: Order): string {
  const { trail } = row;
  const points = parse(trail?.offset_bps);
  return points ? percent(divide(points, decimal("10000"), 6), 2, false) : price(known, row, trail?.offset);
}

export function fillColumns(known: Known, nowMs: number, onSymbol: (row: Fill) => void): Column<Fill>[] {
  return [
    ...place(known, onSymbol),
    { id: "side", head: "Side", width: 5, cell: (row) => <SideTag side={row.side} /> },
    { id: "size", head: "Size", align: "right", width: 9, cell: (row) => size(known, row, row.quantity), sort: byAmount((row) => row.quantity) },
    { id: "price", head: "Price", align: "right", width: 10, cell: (row) => price(known, row, row.price), sort: byAmount((row) => row.price) },
    { id: "fee", head: "Fee", align: "right", width: 14, cell: (row) => (row.fee === null ? UNKNOWN : <>{format(row.fee)} <span className="text-micro text-text-3">{row.fee_asset}</span></>) },
    { id: "liquidity", head: "Liquidity", width: 9, cell: (row) => <span className="text-text-2">{row.liquidity.toLowerCase()}{row.cause === "TRADE" ? "" : `, ${row.cause.toLowerCase()}`}</span> },
    { id: "at", head: "Time", width: 10, cell: (row) => <Moment at={row.venue_time} nowMs={nowMs} /> },
    { id: "execution", head: "Execution", width: 10, cell: (row) => <span className="text-text-3">{row.execution_id}</span> },
  ];
}

export function balanceColumns(known: Known): Column<Balance>[] {
  const money = (row: Balance, value: string | null) => format(value, { digits: moneyDigits(row.asset) });
  return [
    { id: "asset", head: "Asset", width: 8, cell: (row) => <span className="font-[550]">{row.asset}</span>, sort: (a, b) => (a.asset < b.asset ? -1 : 1) },
    { id: "account", head: "Account", width: 18, isWide: true, cell: (row) => <AccountCell known={known} account={row.account} /> },
    { id: "env", head: "Money", width: 8, cell: (row) => <EnvCell known={known} account={row.account} /> },
    { id: "total", head: "Total", align: "right", width: 16, cell: (row) => money(row, row.total), sort: byAmount((row) => row.total) },
    { id: "available", head: "Free", align: "right", width: 16, cell: (row) => money(row, row.available), sort: byAmount((row) => row.available) },
    { id: "expected", head: "By our books", align: "right", width: 16, cell: (row) => <span className="text-text-2">{money(row, row.expected)}</span> },
    {
      id: "difference", head: "Difference", align: "right", width: 12,
      cell: (row) => {
        const apart = parse(row.difference);
        if (apart === null) return UNKNOWN;
        return sign(apart) === 0 ? <span className="text-text-3">0</span> : <span className="text-warn">▲ {format(absolute(apart))}</span>;
      },
    },
    { id: "filler", head: " ", cell: () => null },
  ];
}
