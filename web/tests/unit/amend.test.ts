import { describe, expect, it } from "vitest";
import { distanceOf, outcomeAt, ownLines, snapped } from "@/features/chart/model";
import type { Order } from "@/lib/api/types";
import type { Amending } from "@/lib/desk/amending";
import { text } from "@/lib/decimal/decimal";
import { fieldsOf, reviewAmendment, settled, whyFixed, type Typed } from "@/lib/order/amendment";
import { account, instrument, LISTINGS, order, position } from "../gateway/world.ts";

const perpetual = instrument(LISTINGS[0]!);
const market = { bid: "94182.3", ask: "94182.4", last: "94182.4" };
const limit = order({ order_id: "o-1", account: "main", symbol: "BTC/USDT:USDT", side: "BUY", quantity: "0.250", limit_price: "93720.0" }, 0);
const stop: Order = { ...limit, order_id: "o-2", type: "STOP_LIMIT", side: "SELL", limit_price: "93240.0", trigger: { price: "93250.0", direction: "FALLS_TO", source: "LAST" } };
const review = (typed: Typed, of: Order = limit) => reviewAmendment(of, typed, perpetual, market);
const asked = (part: Partial<NonNullable<Order["amend_pending"]>>): Order["amend_pending"] => ({ quantity: null, limit_price: null, trigger_price: null, ...part });

describe("a change of an order", () => {
  it("has the fields that the order has", () => {
    expect(fieldsOf(limit)).toEqual(["limit_price", "quantity"]);
    expect(fieldsOf(stop)).toEqual(["trigger_price", "limit_price", "quantity"]);
    expect(fieldsOf({ ...limit, type: "MARKET", limit_price: null, quantity: null, value: "250" })).toEqual([]);
  });

  it("sends what differs, and nothing where nothing does", () => {
    expect(review({ limit_price: "93,700" }).body).toEqual({ limit_price: "93700" });
    expect(review({ limit_price: "93720" })).toMatchObject({ body: null, blocked: "Nothing is changed yet" });
    expect(review({ trigger_price: "93300", quantity: "0.3" }, stop).body).toEqual({ trigger_price: "93300", quantity: "0.3" });
  });

  it.each<[Typed, Order, RegExp, string | undefined]>([
    [{ limit_price: "93700.07" }, limit, /Price steps are 0.1/, "93700.0"],
    [{ limit_price: "93700.07" }, { ...limit, side: "SELL" }, /Price steps are 0.1/, "93700.1"],
    [{ limit_price: "94200" }, { ...limit, post_only: true }, /post-only would be refused/, undefined],
    [{ quantity: "0.0005" }, limit, /multiples of 0.001/, undefined],
    [{ quantity: "0.1" }, { ...limit, filled: "0.120" }, /0.120 has filled/, "0.121"],
    [{ quantity: "600" }, limit, /Largest order is 500/, "500"],
    [{ trigger_price: "94300" }, stop, /Would fire at once/, "94182.3"],
    [{ limit_price: "" }, limit, /Price is empty/, undefined],
  ])("%j is refused with its reason and the nearest value", (typed, of, words, nearest) => {
    const { findings, blocked, body } = review(typed, of);
    const found = Object.values(findings).find((finding) => finding?.level === "problem");
    expect(found?.text).toMatch(words);
    expect(found?.use?.value).toBe(nearest);
    expect(blocked).toMatch(/^Fix /);
    expect(body).toBeNull();
  });

  it("says of a price across the spread that it would fill, and lets it go", () => {
    const { findings, body } = review({ limit_price: "94200" });
    expect(findings.limit_price?.text).toBe("Would fill now as taker.");
    expect(body).toEqual({ limit_price: "94200" });
  });

  it("is possible for an order that rests, at a venue that changes in place", () => {
    const main = account("main", "binance", "live", 0);
    expect(whyFixed(limit, main, null)).toBeNull();
    expect(whyFixed(limit, main, "main is paused")).toBe("main is paused");
    expect(whyFixed(limit, account("hedge", "bybit", "live", 0), null)).toContain("Bybit cannot change");
    for (const part of [{ status: "UNKNOWN" }, { status: "PENDING" }, { cancel_pending: true }, { amend_pending: asked({ quantity: "1" }) }] as Partial<Order>[]) {
      expect(whyFixed({ ...limit, ...part }, main, null)).not.toBeNull();
    }
  });

  it("is settled by what the venue has then", () => {
    const pending = { ...limit, amend_pending: asked({ limit_price: "93700" }) };
    expect(settled(limit, pending)).toBeNull();
    expect(settled(pending, { ...pending, filled: "0.1" })).toBeNull();
    expect(settled(pending, { ...limit, limit_price: "93700.0" })).toBe("changed");
    expect(settled(pending, limit)).toBe("kept");
  });
});

describe("a line on the chart", () => {
  const at = (typed: Typed): Amending => ({ orderId: "o-1", typed, place: "chart", state: "dragging", refusal: null });
  const line = (of: Order, now: Amending | null) => ownLines([of], null, perpetual, now).map(({ price, phase, from }) => [price, phase, from])[0];

  it("stands where it is asked to, beside what the venue has", () => {
    expect(line(limit, null)).toEqual(["93720.0", "firm", null]);
    expect(line(limit, at({ limit_price: "93700.0" }))).toEqual(["93700.0", "staged", "93720.0"]);
    expect(line(limit, at({ limit_price: "nothing" }))).toEqual(["93720.0", "firm", null]);
    expect(line({ ...limit, amend_pending: asked({ limit_price: "93700.0" }) }, null)).toEqual(["93700.0", "asked", "93720.0"]);
    expect(line({ ...stop, order_id: "o-1" }, at({ trigger_price: "93300.0" }))).toEqual(["93300.0", "staged", "93250.0"]);
  });

  it("follows the pointer on the grid, and never to nothing", () => {
    expect([snapped(perpetual, "93700.069999999999"), snapped(perpetual, "0.01"), snapped(perpetual, "-5")]).toEqual(["93700.1", "0.1", null]);
  });

  it("tells how far it is, and what it would bring", () => {
    const away = distanceOf(perpetual, "95182.4", "94182.4");
    expect(away && [text(away.part), text(away.ticks)]).toEqual(["0.010618", "10000"]);
    expect(distanceOf(perpetual, "1", null)).toBeNull();
    const held = position("main", "binance", "BTC/USDT:USDT", "0.840", "93412.6", "0", 0);
    const target: Order = { ...stop, reduce_only: true, remaining: "0.840" };
    const gain = outcomeAt(target, held, perpetual, "95400.0");
    expect(gain && text(gain)).toBe("1669.4160");
    expect(outcomeAt(limit, held, perpetual, "95400.0")).toBeNull();
  });
});
