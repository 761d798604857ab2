/** The stream of the fake gateway, as the contract has it: snapshot, then numbered deltas. */
import type { Server } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";
import { keyOf, WRONG_TOKEN, type Change, type ClientMessage, type Level, type ServerMessage, type Topic } from "../../src/lib/stream/protocol.ts";
import type { Desk } from "./desk.ts";

const EPOCH = 7;
const DEPTH = 20;

interface Client {
  socket: WebSocket;
  topics: Map<string, { topic: Topic; seq: number; book: Map<string, string> }>;
}

export class Stream {
  private readonly clients = new Set<Client>();
  private readonly desk: Desk;

  constructor(server: Server, desk: Desk, token: string | null) {
    this.desk = desk;
    const sockets = new WebSocketServer({ server, path: "/api/v1/stream" });
    sockets.on("connection", (socket) => {
      const client: Client = { socket, topics: new Map() };
      socket.on("message", (data: Buffer) => this.heard(client, JSON.parse(data.toString()) as ClientMessage, token));
      socket.on("close", () => this.clients.delete(client));
    });
    desk.tell = (account, change) => {
      for (const client of this.clients) if (client.topics.has(`account|${account}`)) say(client, change);
    };
  }

  /** What moved since the last call, of one kind of topic where it is named; the answer is how many messages that was. */
  publish(only?: Topic["topic"]): number {
    let said = 0;
    for (const client of this.clients) {
      for (const each of client.topics.values()) {
        if (only !== undefined && each.topic.topic !== only) continue;
        const change = this.delta(each.topic, each.book);
        if (!change) continue;
        say(client, { ...change, seq: (each.seq += 1) });
        said += 1;
      }
    }
    for (const market of this.desk.markets.values()) {
      if (only === undefined || only === "trades") market.news.trades = [];
      if (only === undefined || only === "candles") market.news.candles = new Map();
    }
    return said;
  }

  cut(): void {
    for (const client of this.clients) client.socket.terminate();
  }

  private heard(client: Client, message: ClientMessage, token: string | null): void {
    switch (message.op) {
      case "hello":
        if (token !== null && message.token !== token) return client.socket.close(WRONG_TOKEN, "wrong token");
        this.clients.add(client);
        return say(client, { type: "welcome", epoch: EPOCH, version: "0.1.0", at: new Date().toISOString(), heartbeat_s: 15 });
      case "ping":
        return say(client, { type: "pong", n: message.n });
      case "unsubscribe":
        client.topics.delete(keyOf(message));
        return;
      case "subscribe":
        say(client, { type: "subscribed", id: message.id });
        return this.subscribed(client, message);
    }
  }

  private subscribed(client: Client, message: Extract<ClientMessage, { op: "subscribe" }>): void {
    const each = { topic: message as Topic, seq: 1, book: new Map<string, string>() };
    client.topics.set(keyOf(message), each);
    if (message.topic === "account" && message.after?.epoch === EPOCH) {
      const { account, after } = message;
      const missed = this.desk.log.filter((entry) => entry.account === account && entry.seq > after.seq);
      const seq = this.desk.seq.get(account) ?? 800;
      if (missed.length === 0) say(client, { type: "delta", topic: "account", account, seq, resumed: true });
      missed.forEach((entry, k) => say(client, { type: "delta", topic: "account", account, seq: entry.seq, resumed: k === 0, ...entry.part }));
      return;
    }
    say(client, this.snapshot(message, each.book));
  }

  private snapshot(topic: Topic, book: Map<string, string>): Change {
    const head = { type: "snapshot" as const, seq: 1 };
    if (topic.topic === "system") return { ...head, topic: "system", ...this.system() };
    if (topic.topic === "account") {
      const { account } = topic;
      return { ...head, topic: "account", account, epoch: EPOCH, seq: this.desk.seq.get(account) ?? 800, ...this.desk.snapshot(account) };
    }
    const { venue, symbol } = topic;
    const market = this.desk.markets.get(`${venue}|${symbol}`);
    const named = { ...head, venue, symbol };
    switch (topic.topic) {
      case "ticker":
        return { ...named, topic: "ticker", ...(market ? { tickers: [market.ticker()] } : {}) };
      case "trades":
        return { ...named, topic: "trades", trades: market?.trades.slice(-50) ?? [] };
      case "candles":
        return { ...named, topic: "candles", interval: topic.interval, candles: market?.candles(topic.interval, 2) ?? [] };
      case "book": {
        const levels = market?.book(DEPTH) ?? { bids: [], asks: [] };
        remember(book, levels);
        return { ...named, topic: "book", ...levels };
      }
    }
  }

  private delta(topic: Topic, known: Map<string, string>): Omit<Change, "seq"> | null {
    if (topic.topic === "account") return null;
    if (topic.topic === "system") {
      const accounts = this.system().accounts.filter((each) => known.get(each.account) !== JSON.stringify(each));
      for (const each of accounts) known.set(each.account, JSON.stringify(each));
      return accounts.length > 0 ? { type: "delta", topic: "system", accounts } : null;
    }
    const { venue, symbol } = topic;
    const market = this.desk.markets.get(`${venue}|${symbol}`);
    if (!market) return null;
    const named = { type: "delta" as const, venue, symbol };
    switch (topic.topic) {
      case "ticker":
        return { ...named, topic: "ticker", tickers: [market.ticker()] };
      case "trades":
        return market.news.trades.length ? { ...named, topic: "trades", trades: market.news.trades } : null;
      case "candles": {
        const candle = market.news.candles.get(topic.interval);
        return candle ? { ...named, topic: "candles", interval: topic.interval, candles: [candle] } : null;
      }
      case "book": {
        const before = new Map(known);
        const levels = market.book(DEPTH);
        remember(known, levels);
        const changed = (side: "bids" | "asks"): Level[] => [
          ...[...before.keys()].filter((key) => key.startsWith(side) && !known.has(key)).map((key): Level => [key.slice(5), "0"]),
          ...levels[side].filter(([price, size]) => before.get(`${side} ${price}`) !== size),
        ];
        return { ...named, topic: "book", bids: changed("bids"), asks: changed("asks") };
      }
    }
  }

  private system() {
    return {
      accounts: this.desk.accounts.map(({ id, venue, environment }) => {
        const stop = this.desk.stops.progress(id);
        const reason = stop && `halted by ${stop.by}: ${stop.reason}`;
        return { account: id, venue, environment, accepting: stop === null, reason, halt: null, stop };
      }),
      venues: [
        { venue: "binance", state: "live" as const, last_message_ms: 8 },
        { venue: "bybit", state: "live" as const, last_message_ms: 11 },
        { venue: "paper:kraken", state: "live" as const, last_message_ms: 2 },
      ],
    };
  }
}

/** Both sides in one map: a price may change sides. */
function remember(known: Map<string, string>, levels: { bids: Level[]; asks: Level[] }): void {
  known.clear();
  for (const side of ["bids", "asks"] as const) for (const [price, size] of levels[side]) known.set(`${side} ${price}`, size);
}

function say(client: Client, message: ServerMessage): void {
  client.socket.send(JSON.stringify(message));
}
