import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { review, type Facts } from "@/features/ticket/checks";
import { EMPTY_DRAFT, fitted, lacking, type Draft } from "@/features/ticket/draft";
import { next, type Sending } from "@/features/ticket/sending";
import { NoAnswer, Problem } from "@/lib/api/problem";
import type { Order, PlaceOrder, ProblemBody } from "@/lib/api/types";
import { compare, decimal, isMultiple, text } from "@/lib/decimal/decimal";
import { localOf } from "@/lib/time";
import { account, instrument, LISTINGS, order } from "../gateway/world.ts";

const perpetual = instrument(LISTINGS[0]!);
const spot = instrument(LISTINGS[4]!);
const facts: Facts = {
  account: account("main", "binance", "live", 0), instrument: perpetual, bid: "94182.3", ask: "94182.4", last: "94182.4", balances: [], position: null, closed: null, oldPrices: null, nowMs: Date.UTC(2026, 10, 20, 12, 0, 30),
};
const free = (asset: string, available: string): Facts["balances"][number] => ({
  account: "main", asset, total: available, available, expected: available, difference: "0", venue_time: null, venue_time_ns: null, updated_at: null, updated_ns: null,
});
const draft = (part: Partial<Draft>): Draft => ({ ...EMPTY_DRAFT, price: "94000", size: "0.75", ...part });

describe("the ticket", () => {
  it("is ready with a price and a size on the grid, and sends them as text", () => {
    const { blocked, body, value } = review(draft({}), facts);
    expect(blocked).toBeNull();
    expect(body).toMatchObject({ account: "main", symbol: "BTC/USDT:USDT", side: "BUY", type: "LIMIT", quantity: "0.75", limit_price: "94000" });
    expect(value && text(value)).toBe("70500.00");
  });

  it.each<[Partial<Draft>, string]>([
    [{ size: "" }, "Enter a size"], [{ price: "" }, "Enter a price"], [{ price: "94000.05" }, "Fix price"], [{ size: "0.0005" }, "Fix size"],
    [{ size: "abc" }, "Fix size"], [{ price: "0" }, "Fix price"], [{ type: "STOP_MARKET" }, "Enter a trigger"], [{ type: "TRAILING_STOP" }, "Enter a distance"],
  ])("with %j the button says %s", (part, words) => {
    expect(review(draft(part), facts).blocked).toBe(words);
  });

  it("offers the nearest price on the safer side", () => {
    expect(review(draft({ price: "94000.07" }), facts).findings.price?.use?.value).toBe("94000.0");
    expect(review(draft({ price: "94000.07", side: "SELL" }), facts).findings.price?.use?.value).toBe("94000.1");
  });

  it("offers the smallest order that is worth enough", () => {
    const found = review(draft({ size: "0.0001", price: "100" }), { ...facts, instrument: spot }).findings.size;
    expect(found?.text).toContain("Smallest order is 5 USDT");
    expect(found?.use?.value).toBe("0.0500");
  });

  it("says what a purchase needs and what there is room for", () => {
    const found = review(draft({ price: "94000", size: "1" }), { ...facts, instrument: spot, balances: [free("USDT", "47000")] }).findings.size;
    expect(found?.text).toBe("Needs 94,000.00 USDT, 47,000.00 free");
    expect(found?.use).toEqual({ label: "Reduce", value: "0.5000" });
  });

  it("never sizes above what was asked for in money", () => {
    fc.assert(fc.property(fc.integer({ min: 1_000, max: 9_000_000 }), (cents) => {
      const money = text({ units: BigInt(cents), scale: 2 });
      const { quantity, value } = review(draft({ unit: "quote", size: money }), facts);
      if (quantity === null || value === null) return;
      expect(isMultiple(quantity, decimal(perpetual.lot))).toBe(true);
      expect(compare(value, decimal(money))).toBeLessThanOrEqual(0);
    }));
  });

  it("takes a part of what is free, and refuses to guess where that is not known", () => {
    const known = review(draft({ unit: "percent", size: "50" }), { ...facts, balances: [free("USDT", "94000")] });
    expect(known.quantity && text(known.quantity)).toBe("0.500");
    expect(review(draft({ unit: "percent", size: "50" }), facts).findings.size?.level).toBe("problem");
  });

  it("warns of a price that would fill now, and forbids it to post-only", () => {
    expect(review(draft({ price: "94200" }), facts).findings.price).toEqual({ level: "note", text: "Would fill now as taker." });
    expect(review(draft({ price: "94200", postOnly: true }), facts).blocked).toBe("Fix price");
    expect(review(draft({ price: "98000" }), facts).findings.price?.text).toContain("above the ask");
  });

  it("does not trade at market on old prices, nor anything while nothing can be sent", () => {
    expect(review(draft({ type: "MARKET" }), { ...facts, oldPrices: "Prices are 4 s old." }).blocked).toBe("Prices are 4 s old.");
    expect(review(draft({}), { ...facts, oldPrices: "Prices are 4 s old." }).blocked).toBeNull();
    expect(review(draft({}), { ...facts, closed: "No connection" }).body).toBeNull();
  });

  it.each<[Draft["type"], Draft["side"], string]>([
    ["STOP_MARKET", "BUY", "RISES_TO"], ["STOP_MARKET", "SELL", "FALLS_TO"], ["TAKE_PROFIT_MARKET", "BUY", "FALLS_TO"], ["TAKE_PROFIT_MARKET", "SELL", "RISES_TO"],
  ])("%s to %s waits for a price that %s, and is told where it would fire at once", (type, side, direction) => {
    const [ahead, passed] = direction === "RISES_TO" ? ["95000", "94182.4"] : ["93000", "94182.4"];
    expect(review(draft({ type, side, trigger: ahead }), facts).body?.trigger?.direction).toBe(direction);
    const found = review(draft({ type, side, trigger: passed }), facts).findings.trigger;
    expect(found?.text).toContain("Would fire at once");
    expect(found?.use?.value).toBe(direction === "RISES_TO" ? "94182.5" : "94182.3");
  });

  it("sends a trailing distance in hundredths of a per cent", () => {
    expect(review(draft({ type: "TRAILING_STOP", trail: "0.5" }), facts).body?.trail?.offset_bps).toBe("50");
  });

  it("sends a trailing distance in money, from where it begins, by the price that is chosen", () => {
    const { body, findings } = review(draft({ type: "TRAILING_STOP", trail: "250", trailUnit: "quote", activation: "95000", source: "MARK" }), facts);
    expect(body?.trail).toEqual({ offset: "250", activation_price: "95000", source: "MARK" });
    expect(findings).toEqual({});
    expect(review(draft({ type: "TRAILING_STOP", trail: "250", trailUnit: "percent" }), facts).blocked).toBe("Fix distance");
    expect(review(draft({ type: "TRAILING_STOP", trail: "1", activation: "95000.05" }), facts).blocked).toBe("Fix activation");
  });

  it("needs a price beside a trigger for a stop limit and a limit target", () => {
    expect(review(draft({ type: "STOP_LIMIT", trigger: "95000", price: "" }), facts).blocked).toBe("Enter a price");
    expect(review(draft({ type: "TAKE_PROFIT_LIMIT", side: "SELL", trigger: "95000", price: "94990" }), facts).body).toMatchObject({
      type: "TAKE_PROFIT_LIMIT", limit_price: "94990", trigger: { price: "95000", direction: "RISES_TO", source: "LAST" },
    });
  });

  it("sends money as money where the venue sizes it, and a size where it does not", () => {
    const buys = draft({ type: "MARKET", unit: "quote", size: "250" });
    const paper = { ...facts, instrument: spot, account: account("sim-1", "paper:kraken", "paper", 0) };
    const { body, quantity } = review(buys, paper);
    expect(body).toMatchObject({ value: "250" });
    expect(body).not.toHaveProperty("quantity");
    expect(quantity && text(quantity)).toBe("0.0026");
    expect(review({ ...buys, size: "4" }, paper).findings.size).toMatchObject({ text: "Smallest order is 5 USDT", use: { value: "5" } });
    expect(review(buys, { ...paper, balances: [free("USDT", "100.509")] }).findings.size?.use).toEqual({ label: "Reduce", value: "100.5" });
    expect(review(buys, facts).body).toMatchObject({ quantity: "0.002" });
  });

  it("ends a GTD order at a time ahead, and offers the nearest where it has passed", () => {
    const waits = (expires: string) => review(draft({ timeInForce: "GTD", expires }), facts);
    const later = localOf(facts.nowMs + 3_600_000);
    expect(waits(later).body?.expires_at).toBe("2026-11-20T13:00:00.000Z");
    expect(waits("").blocked).toBe("Enter an end");
    const passed = waits(localOf(facts.nowMs));
    expect(passed.blocked).toBe("Fix end");
    expect(waits(passed.findings.expires?.use?.value ?? "").body?.expires_at).toBe("2026-11-20T12:02:00.000Z");
    expect(waits("2999-01-01T00:00").findings.expires?.text).toContain("too far ahead");
    expect(waits(waits("2999-01-01T00:00").findings.expires?.use?.value ?? "").blocked).toBeNull();
    expect(review(draft({}), facts).body).not.toHaveProperty("expires_at");
  });

  it("is post-only where it may rest, whatever its type", () => {
    const { capabilities } = account("main", "binance", "live", 0);
    expect(fitted(draft({ type: "STOP_LIMIT", postOnly: true }), capabilities, perpetual).postOnly).toBe(true);
    expect(fitted(draft({ timeInForce: "IOC", postOnly: true }), capabilities, perpetual).postOnly).toBe(false);
    expect(fitted(draft({ type: "MARKET", timeInForce: "GTD" }), capabilities, perpetual).timeInForce).toBe("GTC");
  });

  it("reduces contracts alone", () => {
    const { capabilities } = account("main", "binance", "live", 0);
    expect([perpetual, spot].map((each) => fitted(draft({ reduceOnly: true }), capabilities, each).reduceOnly)).toEqual([true, false]);
  });

  it("keeps only what the account offers", () => {
    const { capabilities } = account("sim-1", "paper:kraken", "paper", 0);
    expect(fitted(draft({ type: "STOP_MARKET", reduceOnly: true, timeInForce: "FOK" }), { ...capabilities, times_in_force: ["GTC"] }, perpetual)).toMatchObject({ type: "LIMIT", reduceOnly: false, timeInForce: "GTC" });
    expect(lacking(capabilities, "Paper Kraken", "STOP_LIMIT")).toContain("Paper Kraken");
    expect(lacking(capabilities, "Paper Kraken", "LIMIT")).toBeUndefined();
  });
});

describe("the life of a press", () => {
  const body: PlaceOrder = { account: "main", symbol: "BTC/USDT:USDT", side: "BUY", type: "LIMIT", quantity: "1", limit_price: "1" };
  const answer = (part: Partial<Order>): Order => order({ order_id: "o-1", account: "main", symbol: "BTC/USDT:USDT", side: "BUY", idempotency_key: "key-1", ...part }, 0);
  const problem = (part: Partial<ProblemBody>) => new Problem({ error_code: "invalid_request", status: 422, retry_possible: false, ...part } as ProblemBody, null);
  let sent: Sending;

  beforeEach(() => {
    sent = next({ state: "ready", key: "key-1", refusal: null }, { what: "sent", body, nowMs: 5 });
  });

  it("locks the ticket under its key", () => {
    expect(sent).toEqual({ state: "sending", key: "key-1", body, sinceMs: 5 });
    expect(next(sent, { what: "edited", newKey: "key-2" })).toBe(sent);
  });

  it("takes another key for another order", () => {
    expect(next({ state: "ready", key: "key-1", refusal: null }, { what: "edited", newKey: "key-2" })).toMatchObject({ key: "key-2" });
    expect(next(sent, { what: "answered", order: answer({}), newKey: "key-2" })).toEqual({ state: "ready", key: "key-2", refusal: null });
  });

  it("keeps the key while the outcome is not certain, so that a second press cannot double", () => {
    const silent = next(sent, { what: "failed", error: new NoAnswer("cut"), newKey: "key-2" });
    expect(silent).toMatchObject({ state: "unknown", key: "key-1", body });
    expect(next(silent, { what: "sent", body: { ...body, quantity: "9" }, nowMs: 9 })).toEqual({ state: "sending", key: "key-1", body, sinceMs: 5 });
    expect(next(sent, { what: "failed", error: problem({ error_code: "outcome_unknown", status: 502 }), newKey: "key-2" }).state).toBe("unknown");
    expect(next(sent, { what: "failed", error: problem({ error_code: "internal_error", status: 500 }), newKey: "key-2" }).state).toBe("unknown");
  });

  it("waits with an order that the venue has not answered, until the stream tells", () => {
    const doubtful = next(sent, { what: "answered", order: answer({ status: "UNKNOWN" }), newKey: "key-2" });
    expect(doubtful.state).toBe("unknown");
    expect(next(doubtful, { what: "seen", order: answer({ idempotency_key: "another" }), newKey: "key-2" })).toBe(doubtful);
    expect(next(doubtful, { what: "seen", order: answer({ status: "OPEN" }), newKey: "key-2" })).toMatchObject({ state: "ready", key: "key-2" });
  });

  it("spends the key on a refusal, except where the same may succeed later", () => {
    expect(next(sent, { what: "failed", error: problem({}), newKey: "key-2" })).toMatchObject({ state: "ready", key: "key-2" });
    expect(next(sent, { what: "failed", error: problem({ retry_possible: true, status: 503 }), newKey: "key-2" })).toMatchObject({ key: "key-1" });
  });
});
