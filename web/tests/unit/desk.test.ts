import { describe, expect, it } from "vitest";
import { changeOf, ownLines, spread, withTrades } from "@/features/chart/model";
import { healthOf } from "@/app/shell/health";
import { readSearch } from "@/app/trade/search";
import { parse, text } from "@/lib/decimal/decimal";
import { applied, withTold } from "@/lib/desk/holdings";
import { moved, passivePrice, priceDigits, tickAt, unrealized, venueName } from "@/lib/instrument";
import { decimal } from "@/lib/decimal/decimal";
import type { Change } from "@/lib/stream/protocol";
import { merged, updated } from "@/lib/stream/stream";
import { countdownOf, ageOf } from "@/lib/time";
import { instrument, LISTINGS, order, position } from "../gateway/world.ts";

const none = { orders: new Map(), told: new Map(), positions: new Map(), balances: new Map(), loaded: false, stale: true };
const open = order({ order_id: "o-1", account: "main", symbol: "BTC/USDT", side: "BUY", quantity: "1", limit_price: "100" }, 0);
const change = (part: Partial<Change>): Change => ({ type: "delta", topic: "account", account: "main", seq: 1, ...part });

describe("holdings", () => {
  it("keep live orders and open positions only", () => {
    const held = position("main", "binance", "BTC/USDT", "0.5", "100", "0", 0);
    const first = applied(none, [change({ type: "snapshot", orders: [open], positions: [held] })], false);
    expect([first.orders.size, first.positions.size, first.loaded]).toEqual([1, 1, true]);
    const ended = applied(first, [change({ orders: [{ ...open, status: "FILLED" }], positions: [{ ...held, quantity: "0.0000" }] })], false);
    expect([ended.orders.size, ended.positions.size]).toEqual([0, 0]);
  });

  it("forget everything at a snapshot, and know when they are old", () => {
    const first = applied(none, [change({ type: "snapshot", orders: [open] })], false);
    expect(applied(first, [], true)).toMatchObject({ stale: true, loaded: true });
    expect(applied(first, [change({ type: "snapshot", orders: [] })], false).orders.size).toBe(0);
  });
});

describe("the history of orders", () => {
  it("has what was told since its list was asked for", () => {
    const at = (id: string, createdS: number, updatedS: number, status: "OPEN" | "FILLED" | "CANCELLED") =>
      ({ ...order({ order_id: id, account: "main", symbol: "BTC/USDT", side: "BUY", status }, createdS * 1_000), updated_ns: `${updatedS}000000000` });
    const told = [at("o-2", 2, 4, "FILLED"), at("o-1", 1, 2, "OPEN"), at("o-3", 3, 3, "OPEN")];
    const shown = withTold([at("o-2", 2, 2, "OPEN"), at("o-1", 1, 11, "CANCELLED")], told);
    expect(shown.map((each) => [each.order_id, each.status])).toEqual([["o-3", "OPEN"], ["o-2", "FILLED"], ["o-1", "CANCELLED"]]);
  });

  it("remembers the latest orders, ended ones too, and no more than it has room for", () => {
    const ids = Array.from({ length: 250 }, (_, at) => `o-${at}`);
    const busy = applied(none, ids.map((order_id) => change({ orders: [{ ...open, order_id, status: "FILLED" }] })), false);
    expect([busy.told.size, busy.told.has("o-249"), busy.told.has("o-0"), busy.orders.size]).toEqual([200, true, false, 0]);
  });
});

describe("instruments", () => {
  const linear = instrument(LISTINGS[0]!);
  it("know their tick, whatever the rule", () => {
    expect(text(tickAt(linear, decimal("94000")))).toBe("0.1");
    const figures = { ...linear, price_rule: { type: "SignificantFigures" as const, figures: 5, max_decimals: 6 } };
    expect(text(tickAt(figures, decimal("1234.5")))).toBe("0.1");
    expect(text(tickAt(figures, decimal("123456")))).toBe("1");
    expect(text(tickAt(figures, decimal("0.012345")))).toBe("0.000001");
    const bands = { ...linear, price_rule: { type: "TickBands" as const, bands: [["0", "0.01"], ["100", "0.05"]] as [string, string][] } };
    expect([text(tickAt(bands, decimal("99"))), text(tickAt(bands, decimal("100")))]).toEqual(["0.01", "0.05"]);
  });

  it("round towards the safer side and step by ticks", () => {
    expect(text(passivePrice(linear, decimal("1.27"), "BUY"))).toBe("1.2");
    expect(text(passivePrice(linear, decimal("1.21"), "SELL"))).toBe("1.3");
    expect(text(moved(linear, decimal("94182.4"), 5n))).toBe("94182.9");
    expect(text(moved(linear, decimal("0.1"), -5n))).toBe("0.1");
    expect(priceDigits(linear, decimal("94000"))).toBe(1);
  });

  it("reckon open profit exactly, and leave inverse contracts to the server", () => {
    const profit = unrealized(linear, "0.840", "78466.584", "94180.9");
    expect(profit && text(profit)).toBe("645.3720");
    expect(unrealized({ ...linear, inverse: true }, "1", "1", "1")).toBeNull();
  });

  it("name their venue", () => {
    expect([venueName("paper:kraken"), venueName("binance:sandbox")]).toEqual(["Paper Kraken", "Binance"]);
  });
});

describe("the chart", () => {
  it("draws orders where they work, and the position at its entry", () => {
    const stop = { ...open, order_id: "o-2", type: "STOP_MARKET" as const, limit_price: null, trigger: { price: "90", direction: "FALLS_TO" as const, source: "LAST" as const } };
    const lines = ownLines([open, stop], position("main", "binance", "BTC/USDT", "-0.5", "99", "0", 0), instrument(LISTINGS[0]!), null);
    expect(lines.map(({ kind, price, words }) => [kind, price, words])).toEqual([["buy", "100", "Limit buy 1.000"], ["buy", "90", "Stop buy 1.000"], ["position", "99", "Short 0.500"]]);
  });

  it("shows the bar that runs, from the trades since the last candle", () => {
    const candle = (start_at: string, final: boolean) => ({ start_at, open: "10", high: "12", low: "9", close: "11", volume: "5", final });
    const trade = (at: string, price: string) => ({ id: at, price, quantity: "0.5", taker: null, at });
    const shown = (final: boolean, ...trades: ReturnType<typeof trade>[]) => withTrades([candle("2026-11-20T12:00:00.000000000Z", final)], trades.toReversed(), 60);
    const early = trade("2026-11-20T12:00:30Z", "13");
    expect(shown(false, early)).toMatchObject([{ high: "13", low: "9", close: "13", volume: "5" }]);
    expect(shown(true, early, trade("2026-11-20T11:59:59Z", "1"))).toEqual([candle("2026-11-20T12:00:00.000000000Z", true)]);
    const later = shown(true, trade("2026-11-20T12:02:01Z", "20"), trade("2026-11-20T12:02:02Z", "18"), trade("2026-11-20T12:02:03Z", "19"));
    expect(later.slice(1)).toEqual([{ start_at: "2026-11-20T12:02:00.000Z", open: "20", high: "20", low: "18", close: "19", volume: "1.5", final: false }]);
    expect(withTrades([], [], 60)).toEqual([]);
  });

  it("keeps tags apart, in their order, below the legend", () => {
    expect(spread([100, 105, null, 300])).toEqual([89, 113, null, 289]);
    expect(spread([10])).toEqual([32]);
  });

  it("tells the change of a bar", () => {
    const rise = changeOf("100", "101.5");
    expect(rise && text(rise)).toBe("0.015000");
    expect(changeOf("0", "1")).toBeNull();
  });
});

describe("what is on screen", () => {
  const state = { phase: "live" as const, tries: 0, downSinceMs: null, heardAtMs: 10_000, latencyMs: 3, version: "1" };
  it("is never called live when nothing was heard", () => {
    expect(healthOf(state, 11_000, true).state).toBe("live");
    expect(healthOf(state, 13_000, true).state).toBe("late");
    const down = { ...state, phase: "waiting" as const, tries: 2, downSinceMs: 10_000 };
    expect(healthOf(down, 12_000, true).state).toBe("reconnecting");
    expect(healthOf({ ...down, version: null }, 12_000, true).state).toBe("starting");
    expect(healthOf(down, 21_000, true).state).toBe("gone");
    expect(healthOf(down, 12_000, false).state).toBe("offline");
    expect(healthOf({ ...state, phase: "refused" }, 10_000, true).state).toBe("refused");
  });

  it("takes from the address what it knows", () => {
    expect(readSearch({ account: "main", interval: "1h", tab: "fills", only: true, other: 1 })).toEqual({ account: "main", interval: "1h", tab: "fills", only: true });
    expect(readSearch({ interval: "7h", tab: [], account: 3 })).toEqual({});
  });

  it("merges candles by their start and trades by their order", () => {
    const candle = (start_at: string, close: string) => ({ start_at, open: "1", high: "1", low: "1", close, volume: "1", final: false });
    expect(merged([candle("a", "1"), candle("b", "1")], [candle("b", "2"), candle("c", "3")]).map(({ close }) => close)).toEqual(["1", "2", "3"]);
    expect(merged([candle("a", "1")], [candle("a", "2")])).toEqual([candle("a", "2")]);
    expect(merged([candle("b", "1")], [candle("a", "2")]).map((each) => each.start_at)).toEqual(["a", "b"]);
    const live = { stale: true, ticker: null, book: null, trades: [], missed: 0, candles: [] };
    const trade = (id: string) => ({ id: id, price: "1", quantity: "1", taker: null, at: "2026-01-01T00:00:00Z" });
    const after = updated(updated(live, { trades: [trade("1")], stale: false }), { trades: [trade("2"), trade("3")], missed: 4 });
    expect([after.trades.map((each) => each.id), after.missed, after.stale]).toEqual([["3", "2", "1"], 4, false]);
    expect(updated(after, { trades: [trade("9")], whole: true }).trades).toHaveLength(1);
  });

  it("tells ages and what is left", () => {
    expect([ageOf(41_000), ageOf(12 * 60_000), countdownOf(173_000), countdownOf(3_773_000)]).toEqual(["41 s", "12 min", "02:53", "1:02:53"]);
    expect(parse("1")).not.toBeNull();
  });
});
