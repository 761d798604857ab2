/** The page's side of the stream: a store per topic, followed while somebody looks at it. */
import { useEffect, useMemo } from "react";
import { session } from "@/lib/session";
import { createStore, type Store } from "@/lib/store";
import type { Book } from "./book";
import { MOST_TRADES, type Update } from "./conflate";
import type { ConnectionState } from "./machine";
import { keyOf, type Candle, type Change, type PublicTrade, type Ticker, type Topic, type TopicKey } from "./protocol";
import type { FromWorker, ToWorker } from "./worker";

/** How long the worker waits for a page that draws nothing, such as one in the background. */
const UNSEEN_MS = 1_000;
const MOST_CANDLES = 2_000;

/** What is known of a topic. ``stale`` says that nobody vouches for it just now. */
export interface Live {
  stale: boolean;
  ticker: Ticker | null;
  book: Book | null;
  trades: PublicTrade[];
  missed: number;
  candles: Candle[];
}

const NOTHING: Live = { stale: true, ticker: null, book: null, trades: [], missed: 0, candles: [] };

export const connection = createStore<ConnectionState>({
  phase: "connecting",
  tries: 1,
  downSinceMs: null,
  heardAtMs: Date.now(),
  latencyMs: null,
  version: null,
});

type Listener = (key: TopicKey, changes: Change[], stale: boolean) => void;

const stores = new Map<TopicKey, Store<Live>>();
const followers = new Map<TopicKey, number>();
const listeners = new Set<Listener>();
let worker: Worker | null = null;

export function startStream(): void {
  worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  const url = new URL("/api/v1/stream", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  tell({ to: "start", url: url.href, token: session.token });
  window.addEventListener("online", retryStream);
}

export function retryStream(): void {
  tell({ to: "retry", token: session.token });
}

/** Hear every change of accounts and of the system, in order. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function topicStore(topic: Topic): Store<Live> {
  const key = keyOf(topic);
  let store = stores.get(key);
  if (!store) stores.set(key, (store = createStore(NOTHING)));
  return store;
}

/** Follow a topic until the answer is called; several may follow the same one. */
export function follow(topic: Topic): () => void {
  const key = keyOf(topic);
  const count = followers.get(key) ?? 0;
  followers.set(key, count + 1);
  if (count === 0) tell({ to: "follow", topic });
  return () => {
    const left = (followers.get(key) ?? 1) - 1;
    if (left > 0) return void followers.set(key, left);
    followers.delete(key);
    tell({ to: "unfollow", key });
    stores.get(key)?.set(NOTHING);
  };
}

/** The store of a topic, followed while the component is there. */
export function useTopic(topic: Topic): Store<Live> {
  const key = keyOf(topic);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the key stands for the topic
  const stable = useMemo(() => topic, [key]);
  useEffect(() => follow(stable), [stable]);
  return topicStore(stable);
}

function tell(message: ToWorker): void {
  worker?.postMessage(message);
}

function receive(data: FromWorker): void {
  if (data.from === "state") {
    connection.set(data.state);
    if (data.state.phase === "refused") session.refused();
    return;
  }
  askForNext();
  for (const [key, update] of data.updates) {
    if (key === "system" || key.startsWith("account|")) {
      for (const listener of listeners) listener(key, update.changes ?? [], update.stale === true);
    } else if (followers.has(key)) {
      const store = stores.get(key);
      store?.set(updated(store.get(), update));
    }
  }
}

/** The next batch comes after the frame that shows this one. */
function askForNext(): void {
  const ask = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    tell({ to: "ready" });
  };
  const frame = requestAnimationFrame(ask);
  const timer = setTimeout(ask, UNSEEN_MS);
}

export function updated(live: Live, update: Update): Live {
  return {
    stale: update.stale ?? live.stale,
    ticker: update.ticker ?? live.ticker,
    book: update.book ?? live.book,
    trades: update.trades ? [...update.trades.toReversed(), ...(update.whole ? [] : live.trades)].slice(0, MOST_TRADES) : live.trades,
    missed: live.missed + (update.missed ?? 0),
    candles: update.candles ? merged(update.whole ? [] : live.candles, update.candles) : live.candles,
  };
}

/** Candles by start, oldest first; a later word on one replaces the earlier. */
export function merged(known: Candle[], news: Candle[]): Candle[] {
  const last = known.at(-1);
  const [only] = news;
  // The bar that runs, or the one after it: almost every call.
  if (last && only && news.length === 1 && only.start_at >= last.start_at) {
    return [...(only.start_at === last.start_at ? known.slice(0, -1) : known), only].slice(-MOST_CANDLES);
  }
  const byStart = new Map(known.map((each) => [each.start_at, each]));
  for (const candle of news) byStart.set(candle.start_at, candle);
  return [...byStart.values()].sort((a, b) => (a.start_at < b.start_at ? -1 : 1)).slice(-MOST_CANDLES);
}
