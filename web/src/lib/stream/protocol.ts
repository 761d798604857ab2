/** The words of the stream, as they travel: one JSON object per frame. Amounts are text. */
import type { Account, Balance, Fill, Order, Position, ProblemBody, Side } from "@/lib/api/types";

export type Topic =
  | { topic: "account"; account: string }
  | { topic: "ticker" | "book" | "trades"; venue: string; symbol: string }
  | { topic: "candles"; venue: string; symbol: string; interval: string }
  | { topic: "system" };

export type TopicKey = string;

/** The values of a topic in a fixed order name it. */
export function keyOf(topic: Topic): TopicKey {
  switch (topic.topic) {
    case "system":
      return "system";
    case "account":
      return `account|${topic.account}`;
    case "candles":
      return `candles|${topic.venue}|${topic.symbol}|${topic.interval}`;
    default:
      return `${topic.topic}|${topic.venue}|${topic.symbol}`;
  }
}

export interface Ticker {
  bid: string | null;
  bid_quantity: string | null;
  ask: string | null;
  ask_quantity: string | null;
  last: string | null;
  mark?: string | null;
  open: string | null;
  high: string | null;
  low: string | null;
  volume: string | null;
  change: string | null;
  stale?: boolean;
}

export type Level = [price: string, quantity: string];

export interface PublicTrade {
  id: string;
  price: string;
  quantity: string;
  taker: Side | null;
  at: string;
}

export interface Candle {
  start_at: string;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
  final: boolean;
}

interface AccountChange {
  type: "snapshot" | "delta";
  seq: number;
  epoch?: number;
  resumed?: boolean;
  orders?: Order[];
  fills?: Fill[];
  positions?: Position[];
  balances?: Balance[];
}

/** How far the stop of an account has come. */
export interface StopProgress {
  proven: boolean;
  /** So many may still work, by the server's books. */
  orders_left: number;
  reason: string;
  by: string;
  asked_at: string | null;
  asked_ns: string | null;
  /** When the venue was asked and listed no open order; empty until the stop is proven. */
  looked_ns: string[];
}

export interface SystemAccount {
  account: string;
  venue: string;
  environment: string;
  accepting: boolean;
  reason: string | null;
  halt: Account["halt"];
  /** Null where it is not stopped. */
  stop: StopProgress | null;
}

export interface SystemVenue {
  venue: string;
  state: "live" | "stale" | "down";
  last_message_ms: number | null;
}

interface Alert {
  name: string;
  detail: string;
  account: string | null;
  at: string;
}

/** Everything a snapshot or delta may carry; which fields are there depends on the topic. */
export interface Change extends AccountChange {
  topic: Topic["topic"];
  account?: string;
  venue?: string;
  symbol?: string;
  interval?: string;
  tickers?: Ticker[];
  bids?: Level[];
  asks?: Level[];
  trades?: PublicTrade[];
  missed?: number;
  candles?: Candle[];
  accounts?: SystemAccount[];
  venues?: SystemVenue[];
  alerts?: Alert[];
}

export type ServerMessage =
  | { type: "welcome"; epoch: number; version: string; at: string; heartbeat_s: number }
  | { type: "heartbeat"; at: string }
  | { type: "pong"; n: number }
  | { op: "ping"; n: number; type?: undefined }
  | { type: "subscribed"; id: number }
  | { type: "reset"; topic: "account"; account: string; reason: string }
  | { type: "error"; id?: number; problem: ProblemBody }
  | Change;

export type ClientMessage =
  | { op: "hello"; token?: string }
  | { op: "ping" | "pong"; n: number }
  | ({ op: "subscribe"; id: number; after?: { epoch: number; seq: number } } & Topic)
  | ({ op: "unsubscribe"; id: number } & Topic);

/** The topic that a snapshot or delta belongs to. */
export function keyOfChange(change: Change): TopicKey {
  const { topic, account, venue, symbol, interval } = change;
  if (topic === "system") return "system";
  if (topic === "account") return `account|${account}`;
  return topic === "candles" ? `candles|${venue}|${symbol}|${interval}` : `${topic}|${venue}|${symbol}`;
}

export const WRONG_TOKEN = 4401;
