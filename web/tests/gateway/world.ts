/** The invented accounts and what they hold: enough of each kind to see every part of the page. */
import type { Account, Instrument, Order, Position } from "../../src/lib/api/types.ts";
import { Market, type Listing } from "./market.ts";

export function nanoseconds(ms: number): string {
  return `${Math.floor(ms)}000000`;
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export const LISTINGS: Listing[] = [
  { venue: "binance", symbol: "BTC/USDT:USDT", base: "BTC", quote: "USDT", tick: 0.1, digits: 1, lot: "0.001", lotDigits: 3, price: 94_182.4, volatility: 0.0016 },
  { venue: "binance", symbol: "ETH/USDT:USDT", base: "ETH", quote: "USDT", tick: 0.01, digits: 2, lot: "0.001", lotDigits: 3, price: 3_162.75, volatility: 0.002 },
  { venue: "binance", symbol: "SOL/USDT:USDT", base: "SOL", quote: "USDT", tick: 0.001, digits: 3, lot: "0.01", lotDigits: 2, price: 174.106, volatility: 0.003 },
  { venue: "bybit", symbol: "ETH/USDT:USDT", base: "ETH", quote: "USDT", tick: 0.01, digits: 2, lot: "0.01", lotDigits: 2, price: 3_163.1, volatility: 0.002 },
  { venue: "paper:kraken", symbol: "BTC/USDT", base: "BTC", quote: "USDT", tick: 0.1, digits: 1, lot: "0.0001", lotDigits: 4, price: 94_181, volatility: 0.0016 },
];

export function instrument(listing: Listing): Instrument {
  return {
    venue: listing.venue, symbol: listing.symbol, venue_symbol: listing.symbol.replace(/[/:].*/, "") + listing.quote,
    kind: listing.symbol.includes(":") ? "PERPETUAL" : "SPOT",
    base: listing.base, quote: listing.quote, settle: listing.quote,
    price_rule: { type: "FixedTick", tick: listing.tick.toFixed(listing.digits) },
    lot: listing.lot, min_quantity: listing.lot, max_quantity: "500", market_lot: null, market_max_quantity: null,
    min_notional: "5", max_notional: null, contract_size: "1", inverse: false, maker_fee: "0.0002", taker_fee: "0.0004",
    expires_at: null, expires_ns: null, session: null, active: true,
  };
}

export function account(id: string, venue: string, environment: string, open: number): Account {
  return {
    id, venue, environment, accepting: true, refusing: null, halt: null, dead_man: null, durability: "sync", open_orders: open,
    instruments: LISTINGS.filter((each) => each.venue === venue).length,
    capabilities: {
      order_types: environment === "paper" ? ["LIMIT", "MARKET"] : ["LIMIT", "MARKET", "STOP_LIMIT", "STOP_MARKET", "TAKE_PROFIT_LIMIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP"],
      times_in_force: ["GTC", "IOC", "FOK", "GTD"],
      absence: { proof: "lookups", expiry_s: 5, backend_timeout_s: 5, clock_error_s: 1, settle_s: 2, sources: ["open_orders"], look_ups: 2 },
      post_only: true, reduce_only: environment !== "paper", quote_amounts: environment === "paper", amend: id === "hedge" ? "cancel_replace" : "in_place", cancel_all: true,
      hedged_positions: false, dead_man: null, cumulative_only: false, replay_horizon_s: 600, request_timeout_s: 10,
    },
    emulated: [],
    line: { requests: 50, lost: 0, answer_p95_s: 0.04, disconnects: 0, degraded: null },
  };
}

export function order(part: Partial<Order> & Pick<Order, "order_id" | "account" | "symbol" | "side">, atMs: number): Order {
  return {
    type: "LIMIT", status: "OPEN", quantity: "0", value: null, limit_price: null, trigger: null, trail: null, filled: "0",
    remaining: part.quantity ?? "0", average_price: null, paid: "0", venue_filled: "0", lacks_fills: false, provisional: "0",
    time_in_force: "GTC", expires_at: null, expires_ns: null, post_only: false, reduce_only: false, position_side: "NET",
    cancel_pending: false, amend_pending: null, doubt: null, decision: null, origin: null, reason: "", external: false, permit: null, venue_order_id: null,
    idempotency_key: part.order_id, strategy: null, metadata: {}, legs: [], emulated: null, venue_time: null, venue_time_ns: null,
    created_at: iso(atMs), created_ns: nanoseconds(atMs), updated_at: iso(atMs), updated_ns: nanoseconds(atMs), ...part,
  };
}

export function position(account: string, venue: string, symbol: string, quantity: string, entry: string, realized: string, atMs: number): Position {
  return {
    account, venue, symbol, side: "NET", quantity, entry_price: entry, cost: (Number(quantity) * Number(entry)).toFixed(2),
    mark_price: null, unrealized: null, realized, fees: {}, fees_unknown: 0,
    opened_at: iso(atMs), opened_ns: nanoseconds(atMs), updated_at: iso(atMs), updated_ns: nanoseconds(atMs),
  };
}

export function markets(nowMs: number): Map<string, Market> {
  return new Map(LISTINGS.map((listing, k) => [`${listing.venue}|${listing.symbol}`, new Market(listing, 11 + k, nowMs)]));
}
