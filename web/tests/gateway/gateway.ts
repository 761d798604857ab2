/** A stand-in for the server while the page is developed and tested: real HTTP, invented data. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { ChangeOrder, PlaceOrder } from "../../src/lib/api/types.ts";
import { CUT_OFF, Desk, Refused } from "./desk.ts";
import { Replay } from "./replay.ts";
import { Stream } from "./stream.ts";

const TICK_MS = 100;
const DIST = new URL("../../dist", import.meta.url).pathname;
const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
// The same as the server's, so that the browser refuses here what it would refuse there.
const POLICY = "default-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

export interface Gateway {
  readonly url: string;
  readonly desk: Desk;
  cut(): void;
  /** From now on so many messages a second, of every kind, in place of the calm of before. */
  replay(updatesPerS: number): Replay;
  close(): Promise<void>;
}

export async function startGateway({ port = 0, token = null as string | null } = {}): Promise<Gateway> {
  const desk = new Desk(Date.now());
  const server = createServer((request, response) => {
    route(desk, token, request, response).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      response.writeHead(error.problem.status, { "Content-Type": "application/problem+json" }).end(JSON.stringify(error.problem));
    });
  });
  const stream = new Stream(server, desk, token);
  const timer = setInterval(() => {
    desk.tick(Date.now());
    stream.publish();
  }, TICK_MS);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    desk,
    cut: () => stream.cut(),
    replay: (updatesPerS) => {
      clearInterval(timer);
      return new Replay(desk, stream, updatesPerS);
    },
    close: () => new Promise((resolve) => {
      clearInterval(timer);
      stream.cut();
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

async function route(desk: Desk, token: string | null, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (!url.pathname.startsWith("/api/")) return file(url.pathname, response);
  if (token !== null && request.headers.authorization !== `Bearer ${token}`) throw new Refused(401, "unauthenticated", "the token is missing or not the right one");
  const answer = (value: unknown, status = 200) => void response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
  const query = url.searchParams;
  const name = query.get("account");
  const [, , , noun, id] = url.pathname.split("/");
  switch (`${request.method} ${noun}`) {
    case "GET accounts":
      return answer({ accounts: desk.accounts });
    case "GET instruments":
      return answer({ instruments: desk.instruments(name), next_cursor: null });
    case "GET orders":
      return answer({ orders: page([...desk.orders.values()].sort((a, b) => ((a.created_ns ?? "") < (b.created_ns ?? "") ? 1 : -1)), query), next_cursor: null, complete: true });
    case "GET fills":
      return answer({ fills: page(desk.fills, query), next_cursor: null, complete: true });
    case "GET candles": {
      const market = desk.markets.get(`${query.get("venue")}|${query.get("symbol")}`);
      return answer({ candles: market?.candles(query.get("interval") ?? "1m", 500) ?? [] });
    }
    case "GET tickers":
      return answer({ tickers: query.getAll("symbol").flatMap((symbol) => desk.markets.get(`${query.get("venue")}|${symbol}`)?.ticker() ?? []), next_cursor: null });
    case "POST orders": {
      const body = JSON.parse(await text(request)) as PlaceOrder;
      const placed = desk.place(body, String(request.headers["idempotency-key"]));
      if (body.quantity === CUT_OFF) return void request.socket.destroy();
      return answer(placed, 202);
    }
    case "PATCH orders":
      return answer(desk.amend(decodeURIComponent(id ?? ""), JSON.parse(await text(request)) as ChangeOrder), 202);
    case "DELETE orders":
      return answer(desk.cancel(decodeURIComponent(id ?? "")), 202);
    case "GET stop":
      return answer(desk.stops.report(name ?? "") ?? refuse(404, "not_found", `${name} was never stopped`));
    case "POST stop": {
      const { reason, accounts } = JSON.parse(await text(request)) as { reason: string; accounts?: string[] };
      return answer({ accounts: desk.stop(reason, accounts ?? null) }, 202);
    }
    case "DELETE accounts":
      desk.stops.resume(decodeURIComponent(id ?? ""));
      return answer({ account: id, halted: false, reason: "", by: "api", at: null, at_ns: null, stop: false, looked_ns: [] });
    case "GET interventions":
      return answer({ stuck: desk.stuck() });
    case "POST interventions": {
      const [named, act] = [decodeURIComponent(id ?? ""), url.pathname.split("/").at(-1)];
      if (act === "ask-again") desk.askAgain(named);
      else desk.cancel(named);
      return answer(desk.stuck().find((each) => each.order.order_id === named) ?? refuse(404, "not_found", `no order ${named}`), 202);
    }
    default:
      throw new Refused(404, "no_such_route", `${request.method} ${url.pathname}`);
  }
}

function refuse(status: number, code: string, detail: string): never {
  throw new Refused(status, code, detail);
}

/** As many as are asked for of one account and symbol. */
function page<R extends { account: string; symbol: string }>(rows: R[], query: URLSearchParams): R[] {
  const is = (name: "account" | "symbol", row: R) => !query.has(name) || query.get(name) === row[name];
  return rows.filter((row) => is("account", row) && is("symbol", row)).slice(0, Number(query.get("limit") ?? "100"));
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** Pages of the router have no file of their own; everything else has. */
function file(path: string, response: ServerResponse): void {
  const name = extname(path) === "" ? "/index.html" : normalize(path);
  try {
    const content = readFileSync(join(DIST, name));
    response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Content-Security-Policy": POLICY }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}
