/** The worker that holds the one connection: it parses, checks, conflates, and posts per frame. */
import { Conflater, type Update } from "./conflate";
import { StreamMachine, type ConnectionState, type Effect, type StreamEvent } from "./machine";
import type { ServerMessage, Topic, TopicKey } from "./protocol";

export type ToWorker =
  | { to: "start"; url: string; token: string | null }
  | { to: "follow"; topic: Topic }
  | { to: "unfollow"; key: TopicKey }
  | { to: "retry"; token: string | null }
  /** The page has shown the last batch and can take the next. */
  | { to: "ready" };

export type FromWorker =
  | { from: "batch"; updates: [TopicKey, Update][] }
  | { from: "state"; state: ConnectionState };

const FRAME_MS = 16;
const TICK_MS = 1_000;

const scope = self as unknown as { postMessage(message: FromWorker): void; onmessage: ((event: MessageEvent<ToWorker>) => void) | null };
const machine = new StreamMachine(Date.now(), Math.random);
const conflater = new Conflater();
let socket: WebSocket | null = null;
let address = "";
let token: string | null = null;
let posting = false;
let isReady = true;

function step(event: StreamEvent): void {
  for (const effect of machine.step(event, Date.now())) act(effect);
}

function act(effect: Effect): void {
  switch (effect.do) {
    case "connect":
      return connect();
    case "close":
      return socket?.close();
    case "send":
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(effect.frame));
      return;
    case "deliver":
      conflater.deliver(effect.key, effect.change);
      return postSoon();
    case "stale":
      conflater.stale(effect.keys);
      return postSoon();
    case "report":
      return scope.postMessage({ from: "state", state: effect.state });
  }
}

function connect(): void {
  const opened = new WebSocket(address);
  socket = opened;
  opened.onopen = () => step({ on: "opened", token });
  opened.onmessage = ({ data }: MessageEvent<string>) => step({ on: "frame", message: JSON.parse(data) as ServerMessage });
  opened.onclose = ({ code }) => {
    if (socket === opened) step({ on: "closed", code });
  };
}

/** One batch is under way at most: a page that is late gets fewer and fuller ones, never a queue. */
function postSoon(): void {
  if (posting || !isReady) return;
  posting = true;
  setTimeout(() => {
    [posting, isReady] = [false, false];
    scope.postMessage({ from: "batch", updates: conflater.take() });
  }, FRAME_MS);
}

scope.onmessage = ({ data }) => {
  switch (data.to) {
    case "start":
      address = data.url;
      token = data.token;
      connect();
      setInterval(() => step({ on: "tick" }), TICK_MS);
      return;
    case "follow":
      return step({ on: "follow", topic: data.topic });
    case "unfollow":
      step({ on: "unfollow", key: data.key });
      return conflater.drop(data.key);
    case "ready":
      isReady = true;
      if (conflater.isWaiting) postSoon();
      return;
    case "retry":
      token = data.token;
      return step({ on: "retry" });
  }
};
