/** `npm run pictures`: the README's pictures, of the real page on a market that has been traded for hours. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { PlaceOrder } from "@/lib/api/types";
import { inBrowser } from "../browser/browser.ts";
import { until } from "../until.ts";
import { Program } from "./program.ts";
import { Terminal } from "./terminal.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const HOURS = 2.5;
/** A market that rises and rests. */
const SEED = "22";
const SYMBOL = "BTC/USDT";
const ACCOUNT = "binance-paper";
/** What was traded, and how many minutes ago. */
const TRADED: [minutesAgo: number, order: Pick<PlaceOrder, "account" | "symbol" | "side" | "quantity">][] = [
  [118, { account: ACCOUNT, symbol: SYMBOL, side: "BUY", quantity: "0.45" }],
  [104, { account: ACCOUNT, symbol: "ETH/USDT", side: "BUY", quantity: "6.5" }],
  [81, { account: "bybit-paper", symbol: "ETH/USDT", side: "SELL", quantity: "4.2" }],
  [58, { account: "bybit-paper", symbol: SYMBOL, side: "BUY", quantity: "0.12" }],
  [14, { account: ACCOUNT, symbol: SYMBOL, side: "SELL", quantity: "0.1" }],
  [11, { account: ACCOUNT, symbol: SYMBOL, side: "BUY", quantity: "0.15" }],
  [7, { account: ACCOUNT, symbol: SYMBOL, side: "SELL", quantity: "0.1" }],
  [4, { account: ACCOUNT, symbol: SYMBOL, side: "BUY", quantity: "0.15" }],
];

interface Candle {
  start_at: string;
  high: string;
  low: string;
}

async function candles(program: Program): Promise<Candle[]> {
  return ((await program.ask("GET", `/candles?venue=paper:binance&symbol=${SYMBOL}&limit=150`)) as { candles: Candle[] }).candles;
}

/** Trade while the market lives through its hours. */
async function trade(program: Program): Promise<void> {
  const minutesAgo = async () => (Date.now() - Date.parse((await candles(program)).at(-1)?.start_at ?? "")) / 60_000;
  for (const [when, order] of TRADED) {
    await until(`the market of ${when} minutes ago`, async () => (await minutesAgo()) <= when, 60_000);
    await program.place({ ...order, type: "MARKET" });
  }
  await until("the market of now", async () => (await minutesAgo()) < 1, 60_000);
}

/** Orders where the chart shows them: shares of the way from its lowest to its highest price. */
async function rest(program: Program): Promise<void> {
  const known = await candles(program);
  const [low, high] = [Math.min(...known.map((each) => Number(each.low))), Math.max(...known.map((each) => Number(each.high)))];
  const at = (share: number) => (low + (high - low) * share).toFixed(0);
  const ours = { account: ACCOUNT, symbol: SYMBOL } as const;
  const resting: PlaceOrder[] = [
    { ...ours, side: "BUY", type: "LIMIT", quantity: "0.25", limit_price: at(0.12) },
    { ...ours, side: "SELL", type: "LIMIT", quantity: "0.2", limit_price: at(0.97) },
    { ...ours, side: "SELL", type: "STOP_MARKET", quantity: "0.55", trigger: { price: at(0.02), direction: "FALLS_TO" } },
  ];
  for (const order of resting) assert.equal((await program.place(order)).status, "OPEN");
}

const data = mkdtempSync(join(tmpdir(), "terminal-data-"));
const command = [join(ROOT, ".venv/bin/python"), "web/tests/e2e/warmed.py", String(HOURS), "demo", "--seed", SEED];
const program = await Program.start({ root: ROOT, data, command });
try {
  await trade(program);
  await rest(program);
  for (const theme of ["dark", "light"]) {
    await inBrowser({ width: 1600, height: 1000 }, theme === "dark", async (context) => {
      const address = new URL(program.page);
      address.pathname = `/trade/${encodeURIComponent(SYMBOL)}`;
      address.search = `?account=${ACCOUNT}&interval=1m`;
      const terminal = await Terminal.open(context, address.href);
      await terminal.showsLivePrices();
      await terminal.row(/bybit-paper/).first().waitFor();
      await terminal.typeSize("0.25");
      await terminal.page.getByText(/Stream live · /).waitFor();
      await terminal.page.getByRole("table", { name: "Trades" }).getByRole("row").nth(5).waitFor({ timeout: 30_000 });
      await terminal.page.screenshot({ path: join(ROOT, `docs/terminal-${theme}.png`), animations: "disabled" });
      assert.deepEqual(terminal.complaints, []);
    });
  }
} finally {
  await program.kill();
  rmSync(data, { recursive: true, force: true });
}
