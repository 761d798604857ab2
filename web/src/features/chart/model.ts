/** What of our own stands on the chart, and how it is said. */
import type { Fill, Instrument, Order, Position } from "@/lib/api/types";
import { absolute, decimal, divide, parse, sign, type Decimal } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import { sizeDigits } from "@/lib/instrument";

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
}

const NAMES: Record<Order["type"], string> = {
  LIMIT: "Limit", MARKET: "Market", STOP_MARKET: "Stop", STOP_LIMIT: "Stop limit", TAKE_PROFIT_MARKET: "Take profit",
  TAKE_PROFIT_LIMIT: "Take profit limit", TRAILING_STOP: "Trailing stop",
};

/** Orders at the price where they work, and the position at its entry. */
export function ownLines(orders: readonly Order[], position: Position | null, instrument: Instrument): OwnLine[] {
  const digits = sizeDigits(instrument);
  const lines: OwnLine[] = [];
  for (const order of orders) {
    const price = order.trigger?.price ?? order.limit_price;
    if (!price) continue;
    const words = `${NAMES[order.type]} ${order.side === "BUY" ? "buy" : "sell"} ${format(order.remaining, { digits })}`;
    lines.push({ id: order.order_id, kind: order.side === "BUY" ? "buy" : "sell", price, words, order });
  }
  if (position?.entry_price) {
    const held = decimal(position.quantity);
    const words = `${sign(held) > 0 ? "Long" : "Short"} ${format(absolute(held), { digits })}`;
    lines.push({ id: "position", kind: "position", price: position.entry_price, words, order: null });
  }
  return lines;
}

/** (close - open) / open. */
export function changeOf(open: string, close: string): Decimal | null {
  const [from, to] = [parse(open), parse(close)];
  if (from === null || to === null || sign(from) === 0) return null;
  const scale = Math.max(from.scale, to.scale);
  const difference = { units: to.units * 10n ** BigInt(scale - to.scale) - from.units * 10n ** BigInt(scale - from.scale), scale };
  return divide(difference, from, 6);
}

export function fillsOf(fills: readonly Fill[], account: string, symbol: string): Fill[] {
  return fills.filter((fill) => fill.account === account && fill.symbol === symbol && fill.venue_time !== null);
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
