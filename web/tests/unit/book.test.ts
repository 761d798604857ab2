import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupings, rowsOf, spreadOf } from "@/features/book/model";
import { buyShare, largeFrom } from "@/features/book/tape";
import { add, compare, decimal, text, ZERO } from "@/lib/decimal/decimal";
import { BookKeeper } from "@/lib/stream/book";
import type { Level, PublicTrade } from "@/lib/stream/protocol";

const price = fc.integer({ min: 1, max: 60 }).map((ticks) => text({ units: BigInt(ticks) * 5n, scale: 1 }));
const level: fc.Arbitrary<Level> = fc.tuple(price, fc.integer({ min: 0, max: 5 }).map(String));

describe("the book", () => {
  it("is what the last word on each price says", () => {
    fc.assert(fc.property(fc.array(level), fc.array(fc.array(level)), (first, deltas) => {
      const keeper = new BookKeeper();
      const expected = new Map<string, string>();
      keeper.apply({ type: "snapshot", bids: first });
      for (const [at, size] of first) expected.set(at, size);
      for (const bids of deltas) {
        keeper.apply({ type: "delta", bids });
        for (const [at, size] of bids) expected.set(at, size);
      }
      const kept = [...expected].filter(([, size]) => size !== "0").sort(([a], [b]) => compare(decimal(b), decimal(a)));
      expect(keeper.top(100).bids.map(([at, size]) => `${decimal(at).units}|${size}`).length).toBe(kept.length);
      expect(keeper.top(100).bids.map(([, size]) => size)).toEqual(kept.map(([, size]) => size));
    }));
  });

  it("begins anew with a snapshot, and takes 1.0 and 1.00 for one price", () => {
    const keeper = new BookKeeper();
    keeper.apply({ type: "snapshot", asks: [["2", "1"]], bids: [["1.00", "1"]] });
    keeper.apply({ type: "delta", bids: [["1.0", "0"]] });
    expect(keeper.top(5)).toEqual({ bids: [], asks: [["2", "1"]] });
    keeper.apply({ type: "snapshot", asks: [], bids: [["100", "3"]] });
    expect(keeper.top(5)).toEqual({ bids: [["100", "3"]], asks: [] });
  });

  it("never makes a group look better than its levels, and loses no size", () => {
    fc.assert(fc.property(fc.uniqueArray(price, { minLength: 2, maxLength: 30 }), (prices) => {
      const sorted = prices.map((at) => decimal(at)).sort(compare);
      const asks = sorted.map((at): Level => [text(at), "1"]);
      const rows = rowsOf({ asks, bids: [] }, decimal("2"), 100).asks;
      expect(compare(rows[0]?.price ?? ZERO, sorted[0] ?? ZERO)).toBeGreaterThanOrEqual(0);
      expect(text(rows.reduce((sum, row) => add(sum, row.size), ZERO))).toBe(`${prices.length}`);
      expect(rows.at(-1)?.part).toBe(1);
    }));
  });

  it("offers 1, 2 and 5 times the tick", () => {
    expect(groupings(decimal("0.05")).map(text).slice(0, 4)).toEqual(["0.05", "0.1", "0.25", "0.5"]);
  });

  it("tells the spread", () => {
    const spread = spreadOf({ bids: [["94182.3", "1"]], asks: [["94182.4", "1"]] });
    expect(spread && [text(spread.width), text(spread.basisPoints)]).toEqual(["0.1", "0.01"]);
    expect(spreadOf({ bids: [], asks: [] })).toBeNull();
  });
});

describe("the tape", () => {
  const trade = (quantity: string, taker: PublicTrade["taker"]): PublicTrade => ({ id: quantity, price: "1", quantity, taker, at: "2026-01-01T00:00:00Z" });

  it("tells which part was bought", () => {
    const share = buyShare([trade("3", "BUY"), trade("1", "SELL"), trade("9", null)]);
    expect(share && text(share)).toBe("0.7500");
    expect(buyShare([])).toBeNull();
  });

  it("calls one in twenty large", () => {
    const sizes = Array.from({ length: 20 }, (_, k) => trade(`${k + 1}`, "BUY"));
    const large = largeFrom(sizes);
    expect(large && text(large)).toBe("20");
    expect(largeFrom(sizes.slice(1))).toBeNull();
  });
});
