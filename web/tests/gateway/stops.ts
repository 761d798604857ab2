/** Stops of trading as the server has them: halted, cancelled, and proven by two empty lists. */
import type { Order, StopReport, StopView, StuckOrder } from "../../src/lib/api/types.ts";
import type { StopProgress } from "../../src/lib/stream/protocol.ts";
import { iso, nanoseconds } from "./world.ts";

const BY = "api";
const BETWEEN_LISTS_MS = 300;
const FINAL = ["FILLED", "CANCELLED", "REJECTED", "EXPIRED"];

interface Stop {
  reason: string;
  askedMs: number;
  lookedMs: number[];
  cancelled: string[];
}

export class Stops {
  private readonly orders: ReadonlyMap<string, Order>;
  private readonly stops = new Map<string, Stop>();

  constructor(orders: ReadonlyMap<string, Order>) {
    this.orders = orders;
  }

  isStopped(account: string): boolean {
    return this.stops.has(account);
  }

  /** The answer is the orders to cancel; a stop that is under way is not begun anew. */
  ask(account: string, reason: string, nowMs: number): string[] {
    if (this.stops.has(account)) return [];
    const cancelled = this.live(account).map((each) => each.order_id);
    this.stops.set(account, { reason, askedMs: nowMs, lookedMs: [], cancelled });
    return cancelled;
  }

  resume(account: string): void {
    this.stops.delete(account);
  }

  /** Ask the venues for their lists, twice where nothing is left. */
  tick(nowMs: number): void {
    for (const [account, { lookedMs, askedMs }] of this.stops) {
      if (lookedMs.length < 2 && this.live(account).length === 0 && nowMs - (lookedMs[0] ?? askedMs) >= BETWEEN_LISTS_MS) lookedMs.push(nowMs);
    }
  }

  progress(account: string): StopProgress | null {
    const stop = this.stops.get(account);
    if (!stop) return null;
    const proven = stop.lookedMs.length === 2;
    return {
      proven, orders_left: this.live(account).length, reason: stop.reason, by: BY, asked_at: iso(stop.askedMs), asked_ns: nanoseconds(stop.askedMs),
      looked_ns: proven ? stop.lookedMs.map(nanoseconds) : [],
    };
  }

  view(account: string): StopView {
    const { proven = false, reason = "", by = "", asked_at = null, asked_ns = null, looked_ns = [] } = this.progress(account) ?? {};
    return { proven, reason, by, asked_at, asked_ns, looked_ns, account, stopped: this.isStopped(account), not_proven: this.live(account).map((each) => each.order_id) };
  }

  report(account: string): StopReport | null {
    const stop = this.stops.get(account);
    if (!stop) return null;
    const { proven, looked_ns, asked_at, asked_ns } = this.view(account);
    const provenMs = proven ? stop.lookedMs[1] ?? null : null;
    const at = (ms: number | null) => (ms === null ? null : iso(ms));
    const ns = (ms: number | null) => (ms === null ? null : nanoseconds(ms));
    return {
      complete: true, records: [],
      summary: {
        account, reason: stop.reason, by: BY, asked_at, asked_ns, proven_at: at(provenMs), proven_ns: ns(provenMs), looked_ns, lists: looked_ns.length,
        cancels: stop.cancelled.length, flat_at: null, flat_ns: null, ended_at: null, ended_ns: null,
        orders: stop.cancelled.map((order_id) => {
          const order = this.orders.get(order_id);
          const isOver = order !== undefined && FINAL.includes(order.status);
          return {
            order_id, permit: null, cancel_seq: 1, cancel_asked_at: asked_at, cancel_asked_ns: asked_ns, ended_seq: isOver ? 2 : 0,
            ended: isOver ? order.status : "", ended_at: isOver ? order.updated_at : null, ended_ns: isOver ? order.updated_ns : null,
          };
        }),
      },
    };
  }

  private live(account: string): Order[] {
    return [...this.orders.values()].filter((each) => each.account === account && !FINAL.includes(each.status));
  }
}

/** Orders that nobody can tell the fate of, as the intervention desk lists them. */
export function stuckOf(orders: Iterable<Order>, lookUps: ReadonlyMap<string, number>): StuckOrder[] {
  return [...orders].filter((each) => each.status === "UNKNOWN").map((order) => ({
    order, question: order.cancel_pending ? "its cancel is not confirmed" : "the venue has not answered", since_at: order.created_at, since_ns: order.created_ns,
    look_ups: lookUps.get(order.order_id) ?? 2, last_asked_at: order.updated_at, last_asked_ns: order.updated_ns, last_answer: "not seen in open_orders",
    absence_provable: false, actions: ["ask_again", ...(order.cancel_pending ? [] : ["force_cancel" as const]), "decide"], proposal: null,
  }));
}
