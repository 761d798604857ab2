/** Invented markets that move plausibly: a walk with a spread, a book around it, trades, candles. */
import type { Candle, Level, PublicTrade, Ticker } from "../../src/lib/stream/protocol.ts";

export const INTERVAL_S: Record<string, number> = { "1m": 60, "5m": 300, "15m": 900, "1h": 3_600, "4h": 14_400, "1d": 86_400 };

/** A small generator of random numbers, so that every run shows the same day. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Listing {
  venue: string;
  symbol: string;
  base: string;
  quote: string;
  tick: number;
  digits: number;
  lot: string;
  lotDigits: number;
  price: number;
  volatility: number;
}

export class Market {
  readonly listing: Listing;
  price: number;
  trades: PublicTrade[] = [];
  news: { trades: PublicTrade[]; candles: Map<string, Candle> } = { trades: [], candles: new Map() };
  private readonly history = new Map<string, Candle[]>();
  private readonly random: () => number;
  private levels: { bids: Map<number, number>; asks: Map<number, number> } = { bids: new Map(), asks: new Map() };
  private readonly open: number;
  private tradeNumber = 0;

  constructor(listing: Listing, seed: number, nowMs: number) {
    this.listing = listing;
    this.random = seeded(seed);
    this.price = listing.price;
    for (const interval of Object.keys(INTERVAL_S)) this.history.set(interval, this.past(interval, nowMs));
    this.open = listing.price * 0.9883;
    this.rebuild();
    for (let k = 0; k < 40; k += 1) this.trade(nowMs - (40 - k) * 700);
  }

  text(value: number): string {
    return (Math.round(value / this.listing.tick) * this.listing.tick).toFixed(this.listing.digits);
  }

  get bid(): number {
    return Math.max(...this.levels.bids.keys()) * this.listing.tick;
  }

  get ask(): number {
    return Math.min(...this.levels.asks.keys()) * this.listing.tick;
  }

  tick(nowMs: number): void {
    const pull = (this.listing.price - this.price) * 0.002;
    this.price += pull + (this.random() - 0.5) * this.listing.price * this.listing.volatility * 0.05;
    this.rebuild();
    if (this.random() < 0.55) this.trade(nowMs);
  }

  ticker(): Ticker {
    const { bids, asks } = this.book(1);
    const day = this.history.get("15m")?.slice(-96) ?? [];
    return {
      bid: bids[0]?.[0] ?? null,
      bid_quantity: bids[0]?.[1] ?? null,
      ask: asks[0]?.[0] ?? null,
      ask_quantity: asks[0]?.[1] ?? null,
      last: this.trades.at(-1)?.price ?? null,
      mark: this.text(this.price - 1.5 * this.listing.tick),
      open: this.text(this.open),
      high: this.text(Math.max(...day.map((each) => Number(each.high)))),
      low: this.text(Math.min(...day.map((each) => Number(each.low)))),
      volume: day.reduce((sum, each) => sum + Number(each.volume), 0).toFixed(3),
      change: this.text(Number(this.trades.at(-1)?.price ?? this.price) - this.open),
      stale: false,
    };
  }

  book(depth: number): { bids: Level[]; asks: Level[] } {
    const side = (levels: Map<number, number>, way: 1 | -1): Level[] =>
      [...levels].sort(([a], [b]) => (a - b) * way).slice(0, depth)
        .map(([at, size]) => [(at * this.listing.tick).toFixed(this.listing.digits), size.toFixed(this.listing.lotDigits)]);
    return { bids: side(this.levels.bids, -1), asks: side(this.levels.asks, 1) };
  }

  candles(interval: string, limit: number): Candle[] {
    return (this.history.get(interval) ?? []).slice(-limit);
  }

  /** Levels near the price, most of which stay from one moment to the next. */
  private rebuild(): void {
    const at = Math.round(this.price / this.listing.tick);
    const step = Math.max(1, Math.round((this.listing.price * 0.000005) / this.listing.tick));
    const { bids, asks } = this.levels;
    for (const level of bids.keys()) if (level > at || level < at - step * 60) bids.delete(level);
    for (const level of asks.keys()) if (level <= at || level > at + step * 60) asks.delete(level);
    const size = () => (20_000 / this.listing.price) ** 0.9 * (0.02 + this.random() ** 3 * 22);
    for (let k = 0; k < 40; k += 1) {
      for (const [side, level] of [[bids, at - k * step], [asks, at + 1 + k * step]] as const) {
        const key = Math.round(level / step) * step;
        if ((side === bids ? key <= at : key > at) && (!side.has(key) || this.random() < 0.04)) side.set(key, size());
      }
    }
    if (bids.size === 0) bids.set(at, size());
    if (asks.size === 0) asks.set(at + 1, size());
  }

  private trade(nowMs: number): void {
    const isBuy = this.random() < 0.53;
    this.tradeNumber += 1;
    const price = this.text(isBuy ? this.ask : this.bid);
    const size = ((20_000 / this.listing.price) ** 0.9 * (0.002 + this.random() ** 4 * 3)).toFixed(this.listing.lotDigits);
    const trade: PublicTrade = { id: `${this.tradeNumber}`, price, quantity: size, taker: isBuy ? "BUY" : "SELL", at: new Date(nowMs).toISOString() };
    this.trades = [...this.trades.slice(-200), trade];
    this.news.trades.push(trade);
    for (const [interval, seconds] of Object.entries(INTERVAL_S)) this.count(interval, seconds, trade, nowMs);
  }

  private count(interval: string, seconds: number, trade: PublicTrade, nowMs: number): void {
    const start = new Date(Math.floor(nowMs / 1_000 / seconds) * seconds * 1_000).toISOString();
    const all = this.history.get(interval) ?? [];
    const last = all.at(-1);
    let next: Candle;
    if (last && last.start_at >= start) {
      const volume = (Number(last.volume) + Number(trade.quantity)).toFixed(this.listing.lotDigits);
      next = {
        ...last, close: trade.price, volume,
        high: Number(trade.price) > Number(last.high) ? trade.price : last.high,
        low: Number(trade.price) < Number(last.low) ? trade.price : last.low,
      };
      all[all.length - 1] = next;
    } else {
      next = { start_at: start, open: trade.price, high: trade.price, low: trade.price, close: trade.price, volume: trade.quantity, final: false };
      all.push(next);
    }
    this.news.candles.set(interval, next);
  }

  private past(interval: string, nowMs: number): Candle[] {
    const seconds = INTERVAL_S[interval] ?? 60;
    const now = Math.floor(nowMs / 1_000 / seconds) * seconds;
    const width = this.listing.volatility * Math.sqrt(seconds / 900);
    let price = this.listing.price;
    const candles: Candle[] = [];
    for (let k = 0; k < 500; k += 1) {
      const close = price;
      const trend = Math.sin(k / 23) * 0.35 + Math.sin(k / 61) * 0.25;
      price = close * (1 - width * (trend * 0.5 + (this.random() - 0.5) * 1.5));
      const [low, high] = [Math.min(price, close) * (1 - this.random() ** 2 * width * 0.8), Math.max(price, close) * (1 + this.random() ** 2 * width * 0.8)];
      const volume = (20_000 / price) ** 0.9 * (10 + Math.abs(close / price - 1) * 120_000 + this.random() * 60) * (seconds / 900);
      candles.push({
        start_at: new Date((now - k * seconds) * 1_000).toISOString(),
        open: this.text(price), close: this.text(close), high: this.text(high), low: this.text(low),
        volume: volume.toFixed(this.listing.lotDigits), final: k > 0,
      });
    }
    return candles.reverse();
  }
}
