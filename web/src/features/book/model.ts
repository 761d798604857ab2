/** The book as rows: grouped, summed from the middle, with the length of each bar. */
import { ratio } from "@/lib/canvas/ratio";
import { add, compare, decimal, divide, multiply, quantise, shortest, subtract, ZERO, type Decimal } from "@/lib/decimal/decimal";
import type { Book } from "@/lib/stream/book";
import type { Level } from "@/lib/stream/protocol";

export interface Row {
  price: Decimal;
  size: Decimal;
  sum: Decimal;
  /** Part of the largest sum of both sides: one scale for both. */
  part: number;
}

export interface Rows {
  asks: Row[];
  bids: Row[];
}

/** Best first on both sides. */
export function rowsOf(book: Book, step: Decimal, count: number): Rows {
  const asks = grouped(book.asks, step, "ceiling").slice(0, count);
  const bids = grouped(book.bids, step, "floor").slice(0, count);
  const [ask, bid] = [asks.at(-1)?.sum ?? ZERO, bids.at(-1)?.sum ?? ZERO];
  const most = compare(ask, bid) > 0 ? ask : bid;
  const scaled = (row: Row) => ({ ...row, part: ratio(row.sum, most) });
  return { asks: asks.map(scaled), bids: bids.map(scaled) };
}

/** Asks are grouped upwards and bids downwards, so that a group never looks better than it is. */
function grouped(levels: readonly Level[], step: Decimal, rounding: "ceiling" | "floor"): Row[] {
  const rows: Row[] = [];
  let sum = ZERO;
  for (const [price, quantity] of levels) {
    const at = quantise(decimal(price), step, rounding);
    const size = decimal(quantity);
    sum = add(sum, size);
    const last = rows.at(-1);
    if (last && compare(last.price, at) === 0) rows[rows.length - 1] = { ...last, size: add(last.size, size), sum };
    else rows.push({ price: at, size, sum, part: 0 });
  }
  return rows;
}

/** 1-2-5 times the tick. */
export function groupings(tick: Decimal): Decimal[] {
  return ["1", "2", "5", "10", "20", "50", "100"].map((factor) => shortest(multiply(tick, decimal(factor))));
}

interface Spread {
  width: Decimal;
  basisPoints: Decimal;
}

export function spreadOf(book: Book): Spread | null {
  const [ask, bid] = [book.asks[0]?.[0], book.bids[0]?.[0]];
  if (!ask || !bid) return null;
  const width = subtract(decimal(ask), decimal(bid));
  return { width, basisPoints: divide(multiply(width, decimal("10000")), decimal(bid), 2) };
}
