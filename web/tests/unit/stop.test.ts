import { describe, expect, it } from "vitest";
import { bannerOf, blockedBy, effectsOf, progressOf, proofOf, stoppedOf } from "@/features/stop/model";
import { system, systemChanged, takeStops } from "@/lib/desk/system";
import type { StopReport } from "@/lib/api/types";
import type { StopProgress, SystemAccount } from "@/lib/stream/protocol";
import { exactOf, ofNanoseconds } from "@/lib/time";
import { order, position } from "../gateway/world.ts";

const AT = "2026-11-20T14:13:02.118000000Z";
const AT_NS = "1795183982118000000";
const NOW = Date.parse(AT) + 10_000;
const asked: StopProgress = { proven: false, orders_left: 0, reason: "the feed looks wrong", by: "ann", asked_at: AT, asked_ns: AT_NS, looked_ns: [] };
const proven: StopProgress = { ...asked, proven: true, looked_ns: ["1795183983118000000", "1795183984118000000"] };
const of = (account: string, stop: StopProgress | null): SystemAccount => ({ account, venue: "binance", environment: "live", accepting: stop === null, reason: null, halt: null, stop });
const live = (id: string, account = "main", more = {}) => order({ order_id: id, account, symbol: "BTC/USDT", side: "BUY", quantity: "1", limit_price: "100", ...more }, 0);

type Summary = StopReport["summary"];
const cancelled = (id: string, endedAt: string | null): Summary["orders"][number] => ({
  order_id: id, permit: null, cancel_seq: 1, cancel_asked_at: AT, cancel_asked_ns: AT_NS, ended_seq: 0, ended: "", ended_at: endedAt, ended_ns: null,
});
const report = (orders: Summary["orders"], more: Partial<Summary> = {}): Summary => ({
  account: "main", reason: "", by: "ann", asked_at: AT, asked_ns: AT_NS, proven_at: null, proven_ns: null, looked_ns: [], lists: 0, cancels: 0,
  flat_at: null, flat_ns: null, ended_at: null, ended_ns: null, orders, ...more,
});

describe("the banner of a stop", () => {
  it("is there while an account is stopped, and calls only what is proven so", () => {
    expect(bannerOf([of("main", null)], NOW)).toBeNull();
    expect(bannerOf([of("main", asked), of("hedge", proven)], NOW)).toMatch(/^Trading is being stopped by ann since .*: the feed looks wrong\. No order is left in our books/);
    expect(bannerOf([of("main", { ...asked, orders_left: 2 }), of("hedge", { ...asked, orders_left: 1 })], NOW)).toMatch(/3 orders may still work\.$/);
    expect(bannerOf([of("main", proven), of("hedge", proven)], NOW)).toMatch(/^Trading is stopped by ann since \d\d:\d\d:\d\d: the feed looks wrong\.$/);
  });

  it("names the accounts where others trade, tells of the first stop, and of other reasons", () => {
    const later = { ...proven, by: "bob", reason: "out for today.", asked_at: "2026-11-20T15:00:00.000000000Z" };
    expect(bannerOf([of("sim", later), of("main", proven), of("hedge", null)], NOW)).toMatch(/^Trading on main, sim is stopped by ann .*: the feed looks wrong\. 1 other stop has a reason of its own\.$/);
    expect(bannerOf([of("sim", later)], NOW)).toMatch(/by bob .*: out for today\.$/);
  });
});

describe("what a stop would do", () => {
  const accounts = [of("main", null), of("hedge", null)];
  it("is counted account by account", () => {
    const effects = effectsOf(accounts, null, [live("a"), live("b"), live("c", "hedge")], [position("main", "binance", "BTC/USDT", "1", "1", "0", 0)]);
    expect(effects.map((each) => [each.account.account, each.orders, each.positions])).toEqual([["main", 2, 1], ["hedge", 1, 0]]);
    expect(effectsOf(accounts, "hedge", [live("a")], []).map((each) => [each.account.account, each.orders])).toEqual([["hedge", 0]]);
  });

  it("waits for a reason and for the word, and is not done twice", () => {
    const effects = effectsOf(accounts, null, [], []);
    expect(blockedBy({ reason: " ", word: "STOP", effects })).toMatch(/^Say why/);
    for (const word of ["", "stop", "STOPP"]) expect(blockedBy({ reason: "x", word, effects })).toMatch(/^Type STOP/);
    expect(blockedBy({ reason: "x", word: " STOP ", effects })).toBeNull();
    // One account is not stopped yet; and where the page knows of none, the server does.
    expect(blockedBy({ reason: "x", word: "STOP", effects: effectsOf([of("main", asked), of("hedge", null)], null, [], []) })).toBeNull();
    expect(blockedBy({ reason: "x", word: "STOP", effects: [] })).toBeNull();
    expect(blockedBy({ reason: "x", word: "STOP", effects: effectsOf([of("main", asked)], null, [], []) })).toMatch(/already/);
  });
});

describe("the proof of a stop", () => {
  const done = (stop: StopProgress, orders: ReturnType<typeof live>[], told: Summary | null) => proofOf(stop, orders, told, NOW).map((step) => (step.done ? "x" : "-")).join("");

  it("goes from the halt over cancels and empty lists", () => {
    const pending = live("a", "main", { cancel_pending: true });
    expect(done({ ...asked, orders_left: 1 }, [live("a")], null)).toBe("x-----");
    expect(done({ ...asked, orders_left: 1 }, [live("a")], report([]))).toBe("x-----");
    expect(done({ ...asked, orders_left: 1 }, [pending], report([cancelled("a", null)]))).toBe("xx----");
    expect(done(asked, [], report([cancelled("a", AT)]))).toBe("xxx---");
    expect(done(asked, [], report([]))).toBe("xxx---");
    expect(done(proven, [], null)).toBe("xxxxxx");
  });

  it("says that none is left only where both topics do", () => {
    expect(done({ ...asked, orders_left: 1 }, [], report([cancelled("a", null)]))).toBe("xx----");
    const [, , left] = proofOf(asked, [live("a")], report([cancelled("a", null)]), NOW);
    expect([left?.done, left?.name, left?.orders.map((each) => each.order_id)]).toEqual([false, "1 order may still work", ["a"]]);
  });

  it("counts each cancel once, and tells when", () => {
    const steps = proofOf({ ...asked, orders_left: 1 }, [live("a", "main", { cancel_pending: true }), live("b")], report([cancelled("a", null), cancelled("c", AT)]), NOW);
    expect(steps[1]).toMatchObject({ name: "2 of 3 cancels asked for", done: false });
    const told = proofOf(proven, [], report([cancelled("a", AT)], { proven_at: "2026-11-20T14:13:05.000000001Z" }), NOW);
    const at = (s: string) => exactOf(Date.parse(`2026-11-20T14:13:${s}Z`), NOW);
    expect(told.map((step) => step.at)).toEqual([at("02.118"), at("02.118"), at("02.118"), at("03.118"), at("04.118"), at("05.000")]);
  });

  it("takes nothing from the report of another stop", () => {
    expect(proofOf(asked, [], report([cancelled("a", AT)], { asked_ns: "1" }), NOW)[1]).toMatchObject({ name: "Cancels are asked for", done: false });
  });

  it("has a heading that claims no more than its rows", () => {
    expect(progressOf([of("main", asked), of("hedge", proven)])).toBe("Trading is being stopped: 1 of 2 accounts proven.");
    expect(progressOf([of("main", proven), of("hedge", null)])).toBe("Trading on main is stopped. It is proven.");
    expect(progressOf([of("main", null)])).toBe("No account is stopped.");
    expect(stoppedOf([of("a", proven), of("b", null), of("c", asked)]).map((each) => each.account)).toEqual(["c", "a"]);
  });
});

describe("the answer to a stop", () => {
  const told = { account: "main", stopped: true, proven: false, reason: "x", by: "ann", asked_at: AT, asked_ns: AT_NS, not_proven: ["a", "b"], looked_ns: [] };
  const heard = (stop: StopProgress | null) => systemChanged([{ type: "snapshot", topic: "system", seq: 1, accounts: [of("main", stop)] }], false);

  it("counts until the stream tells of the stop, and never against it", () => {
    heard(null);
    takeStops([told, { ...told, account: "not ours" }]);
    expect([...system.get().accounts.values()].map((each) => [each.account, each.accepting, each.stop?.orders_left])).toEqual([["main", false, 2]]);
    heard(proven);
    takeStops([told]);
    expect(system.get().accounts.get("main")?.stop).toBe(proven);
    heard(null);
    takeStops([{ ...told, stopped: false }]);
    expect(system.get().accounts.get("main")?.stop).toBeNull();
  });
});

describe("instants", () => {
  it("are read from nanoseconds to the millisecond", () => {
    expect(ofNanoseconds(AT_NS)).toBe(Date.parse(AT));
    const at = Date.parse("2026-11-20T14:13:02.007Z");
    expect(exactOf(at, at)).toMatch(/^\d\d:\d\d:02\.007$/);
    expect(exactOf(at, at + 172_800_000)).toMatch(/^\d+ Nov \d\d:\d\d:02\.007$/);
  });
});
