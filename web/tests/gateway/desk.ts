/** Takes orders and answers them the way a venue does: late, in steps, sometimes not at all. */
import type { Balance, ChangeOrder, Fill, Order, PlaceOrder, Position, ProblemBody, Refusal, StopView, StuckOrder } from "../../src/lib/api/types.ts";
import type { Change } from "../../src/lib/stream/protocol.ts";
import { Stops, stuckOf } from "./stops.ts";
import { account, instrument, iso, LISTINGS, markets, nanoseconds, order, position } from "./world.ts";

const ANSWER_MS = 60;

/** Sizes that stand for what goes wrong. */
export const NEVER_ANSWERED = "0.666";
export const CUT_OFF = "0.777";
export const REFUSED = "0.555";
export const KEPT = "0.444";
export const STUBBORN = "0.333";

export class Refused extends Error {
  readonly problem: ProblemBody;
  constructor(status: number, code: string, detail: string, more: Partial<ProblemBody> = {}) {
    super(detail);
    this.problem = {
      type: `urn:algotradehub:problem:${code}`, title: code, status, detail, instance: "/api/v1/orders", error_code: code, error_message: detail,
      error_type: "INVALID_REQUEST", suggested_action: "Correct the fields named in errors.", retry_possible: false, fallback_available: false,
      errors: [], limit: null, order_id: null, reasons: {}, ...more,
    };
  }
}

type Part = Omit<Change, "type" | "topic" | "seq">;

export class Desk {
  readonly markets;
  readonly accounts = [account("main", "binance", "live", 3), account("hedge", "bybit", "live", 1), account("sim-1", "paper:kraken", "paper", 0)];
  readonly orders = new Map<string, Order>();
  readonly fills: Fill[] = [];
  readonly positions = new Map<string, Position>();
  readonly balances: Balance[] = [];
  readonly stops = new Stops(this.orders);
  readonly lookUps = new Map<string, number>();
  readonly seq = new Map<string, number>();
  readonly log: { account: string; seq: number; part: Part }[] = [];
  tell: (account: string, change: Change) => void = () => undefined;
  private number = 7_000;

  constructor(nowMs: number) {
    this.markets = markets(nowMs);
    this.open(nowMs);
  }

  tick(nowMs: number): void {
    for (const market of this.markets.values()) market.tick(nowMs);
    this.stops.tick(nowMs);
    for (const each of this.orders.values()) if (each.status === "OPEN" && this.crosses(each)) this.fill(each, each.limit_price ?? "0");
  }

  place(body: PlaceOrder, key: string): Order {
    const same = [...this.orders.values()].find((each) => each.idempotency_key === key);
    if (same) return same;
    const { account: name, symbol, side, type, quantity } = body;
    if (this.stops.isStopped(name)) throw new Refused(422, "risk_refused", `halt: ${name} is halted`, { limit: "halt" });
    const listing = LISTINGS.find((each) => each.symbol === symbol && each.venue === this.venue(name));
    if (!listing) throw new Refused(404, "not_found", `no instrument ${symbol} at ${name}`);
    const errors: Refusal[] = [];
    const price = body.limit_price ?? null;
    if (price !== null && Math.abs(Number(price) / listing.tick - Math.round(Number(price) / listing.tick)) > 1e-6) {
      const nearest = (Math.round(Number(price) / listing.tick) * listing.tick).toFixed(listing.digits);
      errors.push({ field: "limit_price", rule: `a multiple of ${listing.tick}`, value: price, nearest });
    }
    if (quantity === REFUSED) {
      errors.push({ field: "limit_price", rule: "within 5 % of the mark", value: price ?? "", nearest: (Number(price) * 0.99).toFixed(listing.digits) });
    }
    if (errors.length) throw new Refused(422, "invalid_request", errors.map((each) => `${each.field}: ${each.rule}`).join("; "), { errors });
    if (Number(quantity) > 20) throw new Refused(422, "risk_refused", "max_position: 20 is the most that may be held", { limit: "max_position", order_id: "risk-1" });
    this.number += 1;
    const placed = order({
      order_id: `o-${this.number}`, account: name, symbol, side, type, quantity: quantity ?? null, value: body.value ?? null, limit_price: price,
      status: "PENDING", time_in_force: body.time_in_force ?? "GTC", post_only: body.post_only ?? false, reduce_only: body.reduce_only ?? false,
      idempotency_key: key, trigger: body.trigger ? { ...body.trigger, source: body.trigger.source ?? "LAST" } : null, expires_at: body.expires_at ?? null,
      trail: body.trail ? { offset: null, offset_bps: null, activation_price: null, source: "LAST", ...body.trail } : null,
    }, Date.now());
    this.put(placed);
    setTimeout(() => this.answer(placed.order_id), ANSWER_MS);
    return placed;
  }

  cancel(id: string): Order {
    const known = this.orders.get(id);
    if (!known) throw new Refused(404, "not_found", `no order ${id}`);
    const asked = { ...known, cancel_pending: true };
    this.put(asked);
    if (known.quantity !== STUBBORN && known.status !== "UNKNOWN") setTimeout(() => this.cancelled(id), ANSWER_MS * 4);
    return asked;
  }

  /** The venue's word, which some orders wait for. */
  cancelled(id: string): void {
    const known = this.orders.get(id);
    if (known) this.put({ ...known, status: "CANCELLED", cancel_pending: false, remaining: "0", ...this.now() });
  }

  stop(reason: string, named: readonly string[] | null): StopView[] {
    const accounts = this.accounts.map((each) => each.id).filter((each) => named === null || named.includes(each));
    for (const each of accounts) for (const id of this.stops.ask(each, reason, Date.now())) this.cancel(id);
    return accounts.map((each) => this.stops.view(each));
  }

  stuck(): StuckOrder[] {
    return stuckOf(this.orders.values(), this.lookUps);
  }

  askAgain(id: string): void {
    this.lookUps.set(id, (this.lookUps.get(id) ?? 2) + 1);
  }

  /** A change is asked for at once, and made when the venue answers; one size it leaves as it was. */
  amend(id: string, body: ChangeOrder): Order {
    const known = this.orders.get(id);
    if (!known) throw new Refused(404, "not_found", `no order ${id}`);
    const refuse = (field: string, rule: string, value: string, nearest: string | null) => {
      throw new Refused(422, "invalid_request", `${field}: ${rule}`, { errors: [{ field, rule, value, nearest }] });
    };
    if (known.amend_pending) refuse("order_id", "an order without another change under way", id, null);
    if (body.quantity === REFUSED) refuse("quantity", "at most 0.500 while the limit stands", REFUSED, "0.500");
    const asked: Order = { ...known, ...this.now(), amend_pending: { quantity: body.quantity ?? null, limit_price: body.limit_price ?? null, trigger_price: body.trigger_price ?? null } };
    this.put(asked);
    setTimeout(() => {
      const now = this.orders.get(id);
      if (!now?.amend_pending) return;
      const made: Partial<Order> = body.quantity === KEPT ? {} : {
        quantity: body.quantity ?? now.quantity, remaining: body.quantity ?? now.remaining, limit_price: body.limit_price ?? now.limit_price,
        trigger: now.trigger && { ...now.trigger, price: body.trigger_price ?? now.trigger.price },
      };
      this.put({ ...now, ...made, amend_pending: null, ...this.now() });
    }, ANSWER_MS * 10);
    return asked;
  }

  /** One open order fills a little more, and begins anew when it is almost filled. */
  stir(id: string): void {
    const known = this.orders.get(id);
    if (!known?.quantity) return;
    const part = Number(known.filled) + Number(known.quantity) / 50;
    const filled = (part < Number(known.quantity) ? part : 0).toFixed(3);
    this.put({ ...known, filled, remaining: (Number(known.quantity) - Number(filled)).toFixed(3), status: "PARTIALLY_FILLED", ...this.now() });
  }

  snapshot(name: string): Part {
    return {
      orders: [...this.orders.values()].filter((each) => each.account === name && !["FILLED", "CANCELLED", "REJECTED", "EXPIRED"].includes(each.status)),
      positions: [...this.positions.values()].filter((each) => each.account === name),
      balances: this.balances.filter((each) => each.account === name),
    };
  }

  private now() {
    const atMs = Date.now();
    return { updated_at: iso(atMs), updated_ns: nanoseconds(atMs) };
  }

  private venue(name: string): string {
    return this.accounts.find((each) => each.id === name)?.venue ?? "";
  }

  private market(each: { account: string; symbol: string }) {
    const market = this.markets.get(`${this.venue(each.account)}|${each.symbol}`);
    if (!market) throw new Error(`no market for ${each.symbol}`);
    return market;
  }

  private answer(id: string): void {
    const placed = this.orders.get(id);
    if (placed?.status !== "PENDING") return;
    if (placed.quantity === NEVER_ANSWERED) return this.put({ ...placed, status: "UNKNOWN", ...this.now() });
    if (placed.type === "MARKET") {
      const market = this.market(placed);
      return this.fill(placed, market.text(placed.side === "BUY" ? market.ask : market.bid));
    }
    const open: Order = { ...placed, status: "OPEN", venue_order_id: `${Date.now()}`, ...this.now() };
    if (this.crosses(open)) return this.fill(open, open.limit_price ?? "0");
    this.put(open);
  }

  private crosses(each: Order): boolean {
    if (each.type !== "LIMIT" || each.limit_price === null) return false;
    const market = this.market(each);
    return each.side === "BUY" ? Number(each.limit_price) >= market.ask : Number(each.limit_price) <= market.bid;
  }

  private fill(each: Order, price: string): void {
    const quantity = each.quantity ?? (Number(each.value) / Number(price)).toFixed(3);
    const filled: Order = { ...each, status: "FILLED", quantity, filled: quantity, remaining: "0", average_price: price, ...this.now() };
    const fill = this.filled(each, price, quantity, Date.now());
    const key = `${each.account}|${each.symbol}`;
    const held = this.positions.get(key) ?? position(each.account, this.venue(each.account), each.symbol, "0", price, "0", Date.now());
    const sign = each.side === "BUY" ? 1 : -1;
    const total = Number(held.quantity) + sign * Number(quantity);
    const cost = Number(held.cost) + sign * Number(quantity) * Number(price);
    const moved = { ...held, quantity: total.toFixed(4), cost: cost.toFixed(2), entry_price: total === 0 ? null : (cost / total).toFixed(2), ...this.now() };
    this.positions.set(key, moved);
    this.put(filled, { fills: [fill], positions: [moved] });
  }

  private filled(each: Order, price: string, quantity: string, atMs: number): Fill {
    const fill: Fill = {
      account: each.account, symbol: each.symbol, order_id: each.order_id, venue_order_id: each.venue_order_id, execution_id: `e-${this.fills.length}`,
      side: each.side, position_side: "NET", price, quantity, fee: (Number(price) * Number(quantity) * 0.0004).toFixed(4), fee_asset: "USDT",
      liquidity: "TAKER", cause: "TRADE", venue_time: iso(atMs), venue_time_ns: nanoseconds(atMs), received_at: iso(atMs), received_ns: nanoseconds(atMs),
    };
    this.fills.unshift(fill);
    return fill;
  }

  private put(each: Order, more: Part = {}): void {
    this.orders.set(each.order_id, each);
    const seq = (this.seq.get(each.account) ?? 800) + 1;
    this.seq.set(each.account, seq);
    const part = { orders: [each], ...more };
    this.log.push({ account: each.account, seq, part });
    this.tell(each.account, { type: "delta", topic: "account", account: each.account, seq, ...part });
  }

  /** What stands in the books when the gateway starts. */
  private open(nowMs: number): void {
    const put = (id: string, name: string, symbol: string, side: Order["side"], quantity: string, price: string, agoMin: number, more: Partial<Order> = {}) =>
      this.orders.set(id, order({ order_id: id, account: name, symbol, side, quantity, limit_price: price, ...more }, nowMs - agoMin * 60_000));
    put("o-1001", "main", "BTC/USDT:USDT", "BUY", "0.250", "93720.0", 42);
    put("o-1002", "main", "BTC/USDT:USDT", "SELL", "0.200", "94980.0", 17);
    put("o-1003", "main", "BTC/USDT:USDT", "SELL", "0.840", "93250.0", 190, {
      type: "STOP_MARKET", limit_price: null, reduce_only: true, trigger: { price: "93250.0", direction: "FALLS_TO", source: "MARK" },
    });
    put("o-1004", "hedge", "ETH/USDT:USDT", "BUY", "2.00", "3120.00", 71);
    const past = [[310, "BUY", "0.420", "93520.4"], [236, "BUY", "0.220", "93604.1"], [201, "BUY", "0.200", "93610.9"], [96, "SELL", "0.100", "94571.2"]] as const;
    past.forEach(([agoMin, side, quantity, price], k) => {
      const done = order({
        order_id: `o-90${k}`, account: "main", symbol: "BTC/USDT:USDT", side, quantity, limit_price: price, status: "FILLED", filled: quantity,
        remaining: "0", average_price: price,
      }, nowMs - agoMin * 60_000);
      this.orders.set(done.order_id, done);
      this.filled(done, price, quantity, nowMs - agoMin * 60_000);
    });
    const hold = (name: string, venue: string, symbol: string, quantity: string, entry: string, realized: string) =>
      this.positions.set(`${name}|${symbol}`, position(name, venue, symbol, quantity, entry, realized, nowMs - 86_400_000));
    hold("main", "binance", "BTC/USDT:USDT", "0.840", "93412.6", "112.08");
    hold("main", "binance", "SOL/USDT:USDT", "420.00", "171.842", "-18.40");
    hold("hedge", "bybit", "ETH/USDT:USDT", "-12.50", "3148.20", "0");
    hold("sim-1", "paper:kraken", "BTC/USDT", "0.1000", "94020.0", "4.20");
    const keep = (name: string, asset: string, total: string, available: string) =>
      this.balances.push({
        account: name, asset, total, available, expected: total, difference: "0", venue_time: iso(nowMs), venue_time_ns: nanoseconds(nowMs),
        updated_at: iso(nowMs), updated_ns: nanoseconds(nowMs),
      });
    keep("main", "USDT", "148310.42", "87598.49");
    keep("main", "BNB", "12.4000", "12.4000");
    keep("hedge", "USDT", "52120.77", "35461.15");
    keep("sim-1", "USDT", "100000.00", "90598.00");
    keep("sim-1", "BTC", "0.1000", "0.1000");
  }

  instruments(name: string | null) {
    const venue = name === null ? null : this.venue(name);
    return LISTINGS.filter((each) => venue === null || each.venue === venue).map(instrument);
  }
}
