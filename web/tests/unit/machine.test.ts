import { beforeEach, describe, expect, it } from "vitest";
import { Conflater, MOST_TRADES } from "@/lib/stream/conflate";
import { StreamMachine, type ConnectionState, type Effect } from "@/lib/stream/machine";
import type { Change, ServerMessage } from "@/lib/stream/protocol";

const account = { topic: "account", account: "main" } as const;
const book = { topic: "book", venue: "binance", symbol: "BTC/USDT" } as const;
const welcome: ServerMessage = { type: "welcome", epoch: 7, version: "1", at: "", heartbeat_s: 15 };
const word = (type: "snapshot" | "delta", seq: number, more: Partial<Change> = {}): Change => ({ type, seq, topic: "account", account: "main", ...more });
const level = (type: "snapshot" | "delta", seq: number): Change => ({ type, seq, topic: "book", venue: "binance", symbol: "BTC/USDT", bids: [["1", "1"]], asks: [] });

let machine: StreamMachine;
let nowMs: number;
const frame = (message: ServerMessage) => machine.step({ on: "frame", message }, nowMs);
const sent = (effects: Effect[]) => effects.flatMap((effect) => (effect.do === "send" ? [effect.frame] : []));
const delivered = (effects: Effect[]) => effects.filter((effect) => effect.do === "deliver").length;
const told = (effects: Effect[]): ConnectionState | undefined => effects.findLast((effect) => effect.do === "report")?.state;

function connect(): Effect[] {
  machine.step({ on: "opened", token: "secret" }, nowMs);
  return frame(welcome);
}

beforeEach(() => {
  nowMs = 1_000;
  machine = new StreamMachine(nowMs, () => 0.5);
});

describe("the stream", () => {
  it("greets with the token, and asks for what is followed once it is welcome", () => {
    machine.step({ on: "follow", topic: account }, nowMs);
    expect(sent(machine.step({ on: "opened", token: "secret" }, nowMs))).toEqual([{ op: "hello", token: "secret" }]);
    expect(sent(frame(welcome))).toEqual([{ op: "subscribe", id: 1, ...account }]);
  });

  it("follows a topic once, and asks at once while it is live", () => {
    connect();
    expect(sent(machine.step({ on: "follow", topic: book }, nowMs))).toHaveLength(1);
    expect(machine.step({ on: "follow", topic: book }, nowMs)).toEqual([]);
  });

  it("believes no delta before the snapshot, and nothing that nobody follows", () => {
    machine.step({ on: "follow", topic: account }, nowMs);
    connect();
    expect(delivered(frame(word("delta", 5)))).toBe(0);
    expect(delivered(frame(word("snapshot", 5)))).toBe(1);
    expect(delivered(frame(word("delta", 9)))).toBe(1);
    expect(delivered(frame({ ...word("delta", 9), account: "other" }))).toBe(0);
  });

  it("goes on where it was after a cut, and takes a resumed delta for a beginning", () => {
    machine.step({ on: "follow", topic: account }, nowMs);
    connect();
    frame(word("snapshot", 812));
    frame(word("delta", 815));
    const cut = machine.step({ on: "closed", code: 1006 }, nowMs);
    expect(cut).toContainEqual({ do: "stale", keys: ["account|main"] });
    expect(sent(connect())).toContainEqual({ op: "subscribe", id: 2, ...account, after: { epoch: 7, seq: 815 } });
    expect(delivered(frame(word("delta", 816, { resumed: true })))).toBe(1);
    expect(delivered(frame(word("delta", 817)))).toBe(1);
  });

  it("begins anew after a reset", () => {
    machine.step({ on: "follow", topic: account }, nowMs);
    connect();
    frame(word("snapshot", 812));
    expect(frame({ type: "reset", topic: "account", account: "main", reason: "too_old" })).toEqual([{ do: "stale", keys: ["account|main"] }]);
    expect(delivered(frame(word("delta", 813)))).toBe(0);
    expect(delivered(frame(word("snapshot", 900)))).toBe(1);
  });

  it("accepts numbers of an account that skip or repeat, and asks anew when they fall", () => {
    machine.step({ on: "follow", topic: account }, nowMs);
    connect();
    frame(word("snapshot", 10));
    expect(delivered(frame(word("delta", 10)))).toBe(1);
    expect(delivered(frame(word("delta", 14)))).toBe(1);
    expect(sent(frame(word("delta", 13))).map((each) => each.op)).toEqual(["unsubscribe", "subscribe"]);
    expect(delivered(frame(word("delta", 15)))).toBe(0);
  });

  it("asks for a snapshot when one number of a book is missing", () => {
    machine.step({ on: "follow", topic: book }, nowMs);
    connect();
    frame(level("snapshot", 1));
    expect(delivered(frame(level("delta", 2)))).toBe(1);
    const gap = frame(level("delta", 4));
    expect(gap[0]).toEqual({ do: "stale", keys: ["book|binance|BTC/USDT"] });
    expect(sent(gap).map((each) => each.op)).toEqual(["unsubscribe", "subscribe"]);
  });

  it("tries again later and later, and stops where the token is refused", () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      machine.step({ on: "closed", code: 1006 }, nowMs);
      const from = nowMs;
      while (!machine.step({ on: "tick" }, nowMs).some((effect) => effect.do === "connect")) nowMs += 100;
      waits.push(nowMs - from);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    expect(told(machine.step({ on: "closed", code: 4401 }, nowMs))?.phase).toBe("refused");
    expect(machine.step({ on: "tick" }, nowMs + 60_000).some((effect) => effect.do === "connect")).toBe(false);
    expect(machine.step({ on: "retry" }, nowMs).some((effect) => effect.do === "connect")).toBe(true);
  });

  it("answers a ping, measures its own, and hangs up on silence", () => {
    connect();
    expect(sent(frame({ op: "ping", n: 4 }))).toEqual([{ op: "pong", n: 4 }]);
    machine.step({ on: "tick" }, nowMs);
    nowMs += 12;
    expect(told(frame({ type: "pong", n: 1 }))?.latencyMs).toBe(12);
    expect(machine.step({ on: "tick" }, nowMs + 10_001)[0]).toEqual({ do: "close" });
  });

  it("says since when nothing is live", () => {
    connect();
    nowMs += 500;
    expect(told(machine.step({ on: "closed", code: 1006 }, nowMs))?.downSinceMs).toBe(nowMs);
    expect(told(connect())?.downSinceMs).toBeNull();
  });
});

describe("what the worker hands over", () => {
  it("is the newest of a market, and every word of an account", () => {
    const conflater = new Conflater();
    conflater.deliver("book|b|s", level("snapshot", 1));
    conflater.deliver("book|b|s", { ...level("delta", 2), bids: [["1", "5"]] });
    conflater.deliver("account|main", word("snapshot", 1));
    conflater.deliver("account|main", word("delta", 2));
    const taken = new Map(conflater.take());
    expect(taken.get("book|b|s")?.book?.bids).toEqual([["1", "5"]]);
    expect(taken.get("account|main")?.changes?.map((each) => each.seq)).toEqual([1, 2]);
    expect(conflater.take()).toEqual([]);
  });

  it("bounds the trades for a page that is late, and counts what it misses", () => {
    const conflater = new Conflater();
    expect(conflater.isWaiting).toBe(false);
    const trades = Array.from({ length: MOST_TRADES + 50 }, (_, k) => ({ id: `${k}`, price: "1", quantity: "1", taker: null, at: "2026-01-01T00:00:00Z" }));
    for (const trade of trades) conflater.deliver("trades|b|s", { type: "delta", topic: "trades", venue: "b", symbol: "s", seq: 1, trades: [trade] });
    expect(conflater.isWaiting).toBe(true);
    const [[, update] = []] = conflater.take();
    expect([update?.trades?.length, update?.trades?.at(-1)?.id, update?.missed]).toEqual([MOST_TRADES, "249", 50]);
  });

  it("keeps a book that became stale, so that it can be shown as old", () => {
    const conflater = new Conflater();
    conflater.deliver("book|b|s", level("snapshot", 1));
    conflater.take();
    conflater.stale(["book|b|s"]);
    expect(new Map(conflater.take()).get("book|b|s")).toMatchObject({ stale: true, book: { bids: [["1", "1"]] } });
  });
});
