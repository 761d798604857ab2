/** An order book: a snapshot and the levels that changed since. Prices stay text. */
import { compare, decimal, parse, sign } from "@/lib/decimal/decimal";
import type { Change, Level } from "./protocol";

export interface Book {
  bids: Level[];
  asks: Level[];
}

type Sides = { bids: Map<string, string>; asks: Map<string, string> };

export class BookKeeper {
  private sides: Sides = { bids: new Map(), asks: new Map() };

  apply(change: Pick<Change, "type" | "bids" | "asks">): void {
    if (change.type === "snapshot") this.sides = { bids: new Map(), asks: new Map() };
    for (const [name, levels] of [["bids", change.bids], ["asks", change.asks]] as const) {
      for (const [price, quantity] of levels ?? []) {
        // Levels are found by value: 1.0 and 1.00 are one price.
        const key = canonical(price);
        const left = parse(quantity);
        if (left === null || sign(left) === 0) this.sides[name].delete(key);
        else this.sides[name].set(key, quantity);
      }
    }
  }

  /** The best levels of both sides, best first. */
  top(depth: number): Book {
    return { bids: sorted(this.sides.bids, -1).slice(0, depth), asks: sorted(this.sides.asks, 1).slice(0, depth) };
  }
}

function canonical(price: string): string {
  return price.includes(".") ? price.replace(/\.?0+$/, "") : price;
}

function sorted(levels: Map<string, string>, way: 1 | -1): Level[] {
  return [...levels].map(([price, quantity]) => ({ level: [price, quantity] as Level, at: decimal(price) }))
    .sort((a, b) => compare(a.at, b.at) * way)
    .map(({ level }) => level);
}
