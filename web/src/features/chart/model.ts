/** What of our own stands on the chart, and how it is said. */
import type { Instrument, Order, Position } from "@/lib/api/types";
import type { Amending } from "@/lib/desk/amending";
import { absolute, add, compare, decimal, divide, multiply, parse, quantise, sign, subtract, text, type Decimal } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import type { Candle, PublicTrade } from "@/lib/stream/protocol";
import { readAmount } from "@/lib/decimal/input";
import { sizeDigits, tickAt } from "@/lib/instrument";
import { lineField, valueOf } from "@/lib/order/amendment";
import { SIDE_WORDS, TYPE_NAMES } from "@/lib/order/names";

export const INTERVALS = [
  { value: "1m", label: "1m", seconds: 60 },
  { value: "5m", label: "5m", seconds: 300 },
  { value: "15m", label: "15m", seconds: 900 },
  { value: "1h", label: "1h", seconds: 3_600 },
  { value: "4h", label: "4h", seconds: 14_400 },
  { value: "1d", label: "1D", seconds: 86_400 },
] as const;

export type Interval = (typeof INTERVALS)[number]["value"];

export interface OwnLine {
  id: string;
  kind: "buy" | "sell" | "position";
  price: string;
  words: string;
  order: Order | null;
  /** Staged: only on this page. Asked: the venue has not confirmed. Firm: the venue has it. */
  phase: "firm" | "staged" | "asked";
  /** What the venue has, where the line stands elsewhere. */
  from: string | null;
}

/** Orders at the price where they work, and the position at its entry. */
export function ownLines(orders: readonly Order[], position: Position | null, instrument: Instrument, at: Amending | null): OwnLine[] {
  const digits = sizeDigits(instrument);
  const lines: OwnLine[] = [];
  for (const order of orders) {
    const field = lineField(order);
    const venue = field && valueOf(order, field);
    if (!field || !venue) continue;
    const typed = at?.orderId === order.order_id ? priceTyped(at.typed[field]) : null;
    const asked = order.amend_pending?.[field] ?? null;
    const price = typed ?? asked ?? venue;
    const isElsewhere = compare(decimal(price), decimal(venue)) !== 0;
    const phase = !isElsewhere ? "firm" : typed ? "staged" : "asked";
    const words = `${TYPE_NAMES[order.type]} ${SIDE_WORDS[order.side]} ${format(order.remaining, { digits })}`;
    lines.push({ id: order.order_id, kind: order.side === "BUY" ? "buy" : "sell", price, words, order, phase, from: isElsewhere ? venue : null });
  }
  if (position?.entry_price) {
    const held = decimal(position.quantity);
    const words = `${sign(held) > 0 ? "Long" : "Short"} ${format(absolute(held), { digits })}`;
    lines.push({ id: "position", kind: "position", price: position.entry_price, words, order: null, phase: "firm", from: null });
  }
  return lines;
}

function priceTyped(typed: string | undefined): string | null {
  const read = typed === undefined ? null : parse(readAmount(typed)?.value);
  return read && sign(read) > 0 ? text(read) : null;
}

/** The valid price nearest to where the pointer is. */
export function snapped(instrument: Instrument, price: string): string | null {
  const read = parse(price);
  if (read === null || sign(read) <= 0) return null;
  const tick = tickAt(instrument, read);
  const nearest = quantise(read, tick);
  return text(compare(nearest, tick) < 0 ? tick : nearest);
}

export interface Distance {
  /** Part of the last price. */
  part: Decimal;
  ticks: Decimal;
}

/** How far a price is from the last one. */
export function distanceOf(instrument: Instrument, price: string, last: string | null | undefined): Distance | null {
  const [to, from] = [parse(price), parse(last)];
  if (to === null || from === null || sign(from) === 0) return null;
  const apart = subtract(to, from);
  return { part: divide(apart, from, 6), ticks: divide(apart, tickAt(instrument, to), 0) };
}

/** What a stop or target of this position would bring at a price; null where it is neither. */
export function outcomeAt(order: Order, position: Position | null, instrument: Instrument, price: string): Decimal | null {
  const [entry, size, at] = [parse(position?.entry_price), parse(order.remaining), parse(price)];
  if (!order.reduce_only || instrument.inverse || entry === null || size === null || at === null) return null;
  return multiply(order.side === "SELL" ? subtract(at, entry) : subtract(entry, at), size);
}

/** (close - open) / open. */
export function changeOf(open: string, close: string): Decimal | null {
  const [from, to] = [parse(open), parse(close)];
  if (from === null || to === null || sign(from) === 0) return null;
  return divide(subtract(to, from), from, 6);
}

/**
 * Candles with the trades since: venues tell a bar when it is over, the chart shows it as it runs.
 *
 * ``trades`` are newest first, as many as are kept. A bar that a candle told of keeps its volume;
 * one that began with these trades has theirs.
 */
export function withTrades(candles: readonly Candle[], trades: readonly PublicTrade[], intervalS: number): Candle[] {
  const bars = [...candles];
  for (const trade of trades.toReversed()) {
    const atMs = Date.parse(trade.at);
    const startMs = Math.floor(atMs / (intervalS * 1_000)) * intervalS * 1_000;
    const last = bars.at(-1);
    const lastMs = last ? Date.parse(last.start_at) : -Infinity;
    if (startMs < lastMs || (startMs === lastMs && last?.final)) continue;
    if (!last || startMs > lastMs) {
      bars.push({ start_at: new Date(startMs).toISOString(), open: trade.price, high: trade.price, low: trade.price, close: trade.price, volume: trade.quantity, final: false });
      continue;
    }
    const isOwn = bars.length > candles.length;
    const price = decimal(trade.price);
    bars[bars.length - 1] = {
      ...last, close: trade.price,
      high: compare(price, decimal(last.high)) > 0 ? trade.price : last.high,
      low: compare(price, decimal(last.low)) < 0 ? trade.price : last.low,
      volume: isOwn ? text(add(decimal(last.volume), decimal(trade.quantity))) : last.volume,
    };
  }
  return bars;
}

const TAG_PX = 24;
const LEGEND_PX = 32;

/** Where each tag begins so that none covers another: at its line, or pushed below the one above. */
export function spread(heights: readonly (number | null)[]): (number | null)[] {
  const tops = heights.map((height) => (height === null || height < 0 ? null : Math.round(height) - TAG_PX / 2 + 1));
  const byHeight = [...tops.keys()].sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let free = LEGEND_PX;
  for (const index of byHeight) {
    const top = tops[index];
    if (top == null) continue;
    tops[index] = top < free ? free : top;
    free = (tops[index] ?? 0) + TAG_PX;
  }
  return tops;
}
