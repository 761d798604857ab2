/** The real program as a process: started as a person would, killed as a power cut would, asked by its API. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Balance, Fill, Order, PlaceOrder, Position } from "@/lib/api/types";

const READY = /^API: (http:\/\/\S+?)\/api\/v1\//;
/** A first start in a fresh clone installs the program and builds the pages. */
const STARTS_WITHIN_MS = 180_000;
const ENDS_WITHIN_MS = 20_000;

interface Started {
  /** The clone whose `run` is called. */
  root: string;
  data: string;
  port?: string;
  /** What is run instead of `./run demo`; it takes the same options. */
  command?: string[];
}

export interface State {
  orders: Order[];
  fills: Fill[];
  positions: Position[];
  balances: Balance[];
}

export class Program {
  readonly url: string;
  readonly token: string;
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess, url: string, token: string) {
    this.process = process;
    this.url = url;
    this.token = token;
  }

  /** Start it and wait until it tells where it is. An end before that shows what was said. */
  static async start({ root, data, port = "0", command = ["./run", "demo"] }: Started): Promise<Program> {
    const [file = "", ...first] = command;
    const process = spawn(file, [...first, "--no-browser", "--port", port, "--data", data], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const said: string[] = [];
    process.stderr.on("data", (text: Buffer) => said.push(text.toString()));
    const deadline = setTimeout(() => process.kill("SIGKILL"), STARTS_WITHIN_MS);
    for await (const line of createInterface(process.stdout)) {
      said.push(line);
      const url = READY.exec(line)?.[1];
      if (url === undefined) continue;
      clearTimeout(deadline);
      process.stdout.resume();
      return new Program(process, url, readFileSync(join(data, "token"), "utf8").trim());
    }
    clearTimeout(deadline);
    throw new Error(`the program ended before it was ready:\n${said.join("\n")}`);
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /** The address that signs a browser in. */
  get page(): string {
    return `${this.url}/#token=${this.token}`;
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    assert.equal(this.process.exitCode, 0, "the program did not end in order");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit", { signal: AbortSignal.timeout(ENDS_WITHIN_MS) });
    this.process.kill(signal);
    await ended;
  }

  /** Ask the API; anything but a yes is an error with the words of the answer. */
  async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json", ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID() } : {}) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text);
  }

  async place(order: PlaceOrder): Promise<Order> {
    return (await this.ask("POST", "/orders", order)) as Order;
  }

  async state(): Promise<State> {
    const asked = <T>(path: string) => this.ask("GET", path) as Promise<T>;
    const [{ orders }, { fills }, { positions }, { balances }] = await Promise.all([
      asked<{ orders: Order[] }>("/orders?limit=500"), asked<{ fills: Fill[] }>("/fills?limit=500"),
      asked<{ positions: Position[] }>("/positions"), asked<{ balances: Balance[] }>("/balances"),
    ]);
    return { orders, fills, positions, balances };
  }
}
