/** What the worker hands over per frame: the newest state of a market, every word of an account. */
import { BookKeeper, type Book } from "./book";
import type { Candle, Change, PublicTrade, Ticker, TopicKey } from "./protocol";

export interface Update {
  ticker?: Ticker | undefined;
  book?: Book;
  /** Newest last. */
  trades?: PublicTrade[];
  missed?: number;
  candles?: Candle[];
  /** The lists above begin anew. */
  whole?: boolean;
  /** Accounts and the system: in order, none left out. */
  changes?: Change[];
  stale?: boolean;
}

const DEPTH = 20;
/** As many as the page keeps; a page that is late is told how many it missed. */
export const MOST_TRADES = 200;

export class Conflater {
  private books = new Map<TopicKey, BookKeeper>();
  private waiting = new Map<TopicKey, Update>();

  deliver(key: TopicKey, change: Change): void {
    const whole = change.type === "snapshot";
    const update = this.update(key);
    update.stale = false;
    switch (change.topic) {
      case "ticker":
        update.ticker = change.tickers?.at(-1) ?? update.ticker;
        break;
      case "book":
        this.keeper(key).apply(change);
        break;
      case "trades":
        update.trades = [...(whole ? [] : (update.trades ?? [])), ...(change.trades ?? [])];
        update.missed = (update.missed ?? 0) + (change.missed ?? 0) + Math.max(update.trades.length - MOST_TRADES, 0);
        update.trades = update.trades.slice(-MOST_TRADES);
        update.whole = whole || update.whole === true;
        break;
      case "candles": {
        const byStart = new Map((whole ? [] : (update.candles ?? [])).map((each) => [each.start_at, each]));
        for (const candle of change.candles ?? []) byStart.set(candle.start_at, candle);
        update.candles = [...byStart.values()];
        update.whole = whole || update.whole === true;
        break;
      }
      default:
        update.changes = [...(update.changes ?? []), change];
    }
  }

  get isWaiting(): boolean {
    return this.waiting.size > 0;
  }

  stale(keys: TopicKey[]): void {
    for (const key of keys) this.update(key).stale = true;
  }

  drop(key: TopicKey): void {
    this.books.delete(key);
    this.waiting.delete(key);
  }

  /** Everything since the last call. */
  take(): [TopicKey, Update][] {
    const taken = [...this.waiting];
    this.waiting = new Map();
    for (const [key, update] of taken) {
      const book = this.books.get(key);
      if (book) update.book = book.top(DEPTH);
    }
    return taken;
  }

  private update(key: TopicKey): Update {
    let update = this.waiting.get(key);
    if (!update) this.waiting.set(key, (update = {}));
    return update;
  }

  private keeper(key: TopicKey): BookKeeper {
    let book = this.books.get(key);
    if (!book) this.books.set(key, (book = new BookKeeper()));
    return book;
  }
}
