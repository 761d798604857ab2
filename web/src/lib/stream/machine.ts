/** The life of the one connection, pure: what happened goes in, what to do comes out. */
import { keyOf, keyOfChange, WRONG_TOKEN, type Change, type ClientMessage, type ServerMessage, type Topic, type TopicKey } from "./protocol";

type Phase = "connecting" | "greeting" | "live" | "waiting" | "refused";

export interface ConnectionState {
  phase: Phase;
  tries: number;
  downSinceMs: number | null;
  heardAtMs: number;
  latencyMs: number | null;
  version: string | null;
}

export type StreamEvent =
  | { on: "opened"; token: string | null }
  | { on: "frame"; message: ServerMessage }
  | { on: "closed"; code: number }
  | { on: "tick" }
  | { on: "retry" }
  | { on: "follow"; topic: Topic }
  | { on: "unfollow"; key: TopicKey };

export type Effect =
  | { do: "connect" }
  | { do: "close" }
  | { do: "send"; frame: ClientMessage }
  | { do: "deliver"; key: TopicKey; change: Change }
  | { do: "stale"; keys: TopicKey[] }
  | { do: "report"; state: ConnectionState };

const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];
const SILENCE_MS = 10_000;

interface Followed {
  topic: Topic;
  fresh: boolean;
  seq: number;
}

export class StreamMachine {
  private followed = new Map<TopicKey, Followed>();
  /** How far each account is known, over connections: the server fills in what was missed. */
  private marks = new Map<TopicKey, { epoch: number; seq: number }>();
  private state: ConnectionState;
  private epoch = 0;
  private retryAtMs = 0;
  private pingedAtMs = 0;
  private number = 0;
  private readonly jitter: () => number;

  constructor(nowMs: number, jitter: () => number) {
    this.jitter = jitter;
    this.state = { phase: "connecting", tries: 1, downSinceMs: nowMs, heardAtMs: nowMs, latencyMs: null, version: null };
  }

  step(event: StreamEvent, nowMs: number): Effect[] {
    switch (event.on) {
      case "opened":
        this.change({ phase: "greeting", heardAtMs: nowMs });
        return [this.send({ op: "hello", ...(event.token === null ? {} : { token: event.token }) }), this.report()];
      case "frame":
        return this.heard(event.message, nowMs);
      case "closed":
        return this.closed(event.code, nowMs);
      case "tick":
        return this.tick(nowMs);
      case "retry":
        return this.state.phase === "waiting" || this.state.phase === "refused" ? this.connect() : [];
      case "follow":
        return this.follow(event.topic);
      case "unfollow":
        return this.unfollow(event.key);
    }
  }

  private heard(message: ServerMessage, nowMs: number): Effect[] {
    this.state.heardAtMs = nowMs;
    if (message.type === undefined) return [this.send({ op: "pong", n: message.n })];
    switch (message.type) {
      case "welcome":
        this.epoch = message.epoch;
        this.change({ phase: "live", tries: 0, downSinceMs: null, version: message.version });
        return [...[...this.followed.values()].map((each) => this.subscribe(each)), this.report()];
      case "pong":
        this.change({ latencyMs: nowMs - this.pingedAtMs });
        return [this.report()];
      case "snapshot":
      case "delta":
        return this.changed(message);
      case "reset":
        return this.forget(`account|${message.account}`);
      default:
        return [];
    }
  }

  private changed(change: Change): Effect[] {
    const key = keyOfChange(change);
    const known = this.followed.get(key);
    if (!known) return [];
    const isAccount = change.topic === "account";
    if (change.type === "delta") {
      const begins = isAccount && change.resumed === true;
      if (!known.fresh && !begins) return [];
      // An account's numbers may skip, but never fall; a book is worth nothing with one missing.
      const broken = isAccount ? change.seq < known.seq : change.topic === "book" && change.seq !== known.seq + 1;
      if (broken) return this.again(key, known);
    }
    known.fresh = true;
    known.seq = change.seq;
    if (isAccount) this.marks.set(key, { epoch: this.epoch, seq: change.seq });
    return [{ do: "deliver", key, change }];
  }

  /** What we have has a hole: ask for a whole snapshot, and show the topic as old meanwhile. */
  private again(key: TopicKey, known: Followed): Effect[] {
    this.marks.delete(key);
    known.fresh = false;
    return [{ do: "stale", keys: [key] }, this.send({ op: "unsubscribe", id: this.next(), ...known.topic }), this.subscribe(known)];
  }

  private forget(key: TopicKey): Effect[] {
    this.marks.delete(key);
    const known = this.followed.get(key);
    if (known) known.fresh = false;
    return [{ do: "stale", keys: [key] }];
  }

  private closed(code: number, nowMs: number): Effect[] {
    for (const each of this.followed.values()) each.fresh = false;
    const tries = this.state.tries + 1;
    const downSinceMs = this.state.downSinceMs ?? nowMs;
    const phase = code === WRONG_TOKEN ? "refused" : "waiting";
    this.change({ phase, tries, downSinceMs, latencyMs: null });
    const wait = RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 500;
    this.retryAtMs = nowMs + wait * (0.75 + this.jitter() / 2);
    return [{ do: "stale", keys: [...this.followed.keys()] }, this.report()];
  }

  private tick(nowMs: number): Effect[] {
    const { phase, heardAtMs } = this.state;
    if (phase === "waiting" && nowMs >= this.retryAtMs) return this.connect();
    if (phase === "greeting" || phase === "live") {
      if (nowMs - heardAtMs > SILENCE_MS) return [{ do: "close" }, this.report()];
    }
    if (phase !== "live") return [this.report()];
    this.pingedAtMs = nowMs;
    return [this.send({ op: "ping", n: this.next() }), this.report()];
  }

  private connect(): Effect[] {
    this.change({ phase: "connecting" });
    return [{ do: "connect" }, this.report()];
  }

  private follow(topic: Topic): Effect[] {
    const key = keyOf(topic);
    if (this.followed.has(key)) return [];
    const followed = { topic, fresh: false, seq: 0 };
    this.followed.set(key, followed);
    return this.state.phase === "live" ? [this.subscribe(followed)] : [];
  }

  private unfollow(key: TopicKey): Effect[] {
    const known = this.followed.get(key);
    if (!known) return [];
    this.followed.delete(key);
    this.marks.delete(key);
    return this.state.phase === "live" ? [this.send({ op: "unsubscribe", id: this.next(), ...known.topic })] : [];
  }

  private subscribe(followed: Followed): Effect {
    const after = this.marks.get(keyOf(followed.topic));
    return this.send({ op: "subscribe", id: this.next(), ...followed.topic, ...(after ? { after } : {}) });
  }

  private send(frame: ClientMessage): Effect {
    return { do: "send", frame };
  }

  private report(): Effect {
    return { do: "report", state: { ...this.state } };
  }

  private change(part: Partial<ConnectionState>): void {
    this.state = { ...this.state, ...part };
  }

  private next(): number {
    this.number += 1;
    return this.number;
  }
}
