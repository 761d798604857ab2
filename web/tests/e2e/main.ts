/** `npm run test:e2e`: a person's first day at the real terminal, with a power cut in it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { accessible } from "../browser/axe.ts";
import { inBrowser } from "../browser/browser.ts";
import { until } from "../until.ts";
import { Program, type State } from "./program.ts";
import { Terminal, type Table } from "./terminal.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const DESK = { width: 1600, height: 1000 };
const PHONE = { width: 390, height: 844 };
const OURS = "binance-paper";
const SYMBOL = "BTC/USDT";
const TABLES: readonly Table[] = ["Open orders", "History", "Fills", "Positions", "Balances"];
/** What the market moves, not the books. */
const MOVING = new Set(["Mark", "Value", "Open P&L", "Return", "mark_price", "unrealized"]);

const FAILED = join(ROOT, "web/pictures/failed.png");

async function step(terminal: Terminal, name: string, run: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  try {
    await run();
  } catch (error) {
    await terminal.page.screenshot({ path: FAILED });
    throw new Error(`${name}; the page is in ${FAILED}; it said ${JSON.stringify(terminal.complaints)}`, { cause: error });
  }
  console.log(`ok    ${name} (${((performance.now() - begun) / 1_000).toFixed(1)} s)`);
}

async function story(data: string): Promise<void> {
  let program = await Program.start({ root: ROOT, data });
  try {
    await inBrowser(DESK, true, async (context) => {
      const terminal = await Terminal.open(context, program.page);
      const { page } = terminal;

      await step(terminal, "the first page shows moving prices of simulated money", async () => {
        await terminal.showsLivePrices();
        await page.getByText("Stream live").waitFor();
        await page.getByText("Spot · Paper Binance").waitFor();
        const ticket = page.getByRole("region", { name: "Order ticket" });
        await ticket.getByText("paper", { exact: true }).waitFor();
        await ticket.getByText("Simulated money").waitFor();
        assert.ok(!page.url().includes("token"));
      });

      await step(terminal, "a limit order far from the market rests, by keys alone", async () => {
        await terminal.typeLimit("BUY", "0.02", "61000");
        await page.keyboard.press("Enter");
        await page.locator("#send-order:focus", { hasText: /Buy 0\.02000 BTC.*paper/ }).waitFor();
        await page.keyboard.press("Enter");
        await page.getByRole("tab", { name: "Open orders" }).focus();
        await page.keyboard.press("Enter");
        await terminal.row(/0\.02000.*61,000\.00.*Open/).waitFor();
      });

      await step(terminal, "a market order fills, and the position has its profit", async () => {
        await terminal.chooseType("Market");
        await terminal.typeSize("0.01");
        await terminal.send();
        await terminal.tab("Fills");
        await terminal.row(/binance-paper.*Buy.*0\.01000.*taker/).waitFor();
        await terminal.tab("Positions");
        await terminal.row(/binance-paper.*Long.*0\.01000.*[+−]?\d+\.\d\d USDT/).waitFor();
      });

      await step(terminal, "it is changed in its row by keys alone", async () => {
        await terminal.tab("Open orders");
        await terminal.changePrice(/0\.02000.*61,000\.00.*Open/, "60500");
        await terminal.row(/0\.02000.*60,500\.00.*Open/).waitFor();
        assert.equal(Number(await priceOfOpen(program)), 60_500);
      });

      let price = "";
      await step(terminal, "it is changed once more by dragging its line", async () => {
        await terminal.dragLine(/^Limit buy 0\.02000 at 60,500\.00/);
        await until("another price", async () => Number(await priceOfOpen(program)) > 60_500);
        price = Number(await priceOfOpen(program)).toLocaleString("en-US", { minimumFractionDigits: 2 });
        await terminal.row(new RegExp(`0\\.02000.*${price}.*Open`)).waitFor();
        await page.getByRole("button", { name: `Limit buy 0.02000 at ${price}` }).waitFor();
      });

      await step(terminal, "it is cancelled in the page", async () => {
        await page.getByRole("button", { name: `Cancel buy 0.02 ${SYMBOL}` }).click();
        await terminal.row(new RegExp(`0\\.02000.*${price}.*Open`)).waitFor({ state: "detached" });
        await terminal.tab("History");
        await terminal.row(new RegExp(`0\\.02000.*${price}.*Cancelled`)).waitFor();
      });

      await step(terminal, "killed and started again, everything is as it was", async () => {
        await terminal.chooseType("Limit");
        await terminal.typeLimit("SELL", "0.03", "67000");
        await terminal.send();
        await terminal.tab("Open orders");
        await terminal.row(/0\.03000.*67,000\.00.*Open/).waitFor();
        const [told, shown] = [await program.state(), await screen(terminal)];

        terminal.isServed = false;
        await program.kill();
        await ownsUp(terminal);

        program = await Program.start({ root: ROOT, data, port: program.port });
        // By itself: it tries again every 10 seconds or sooner.
        await page.getByText("Stream live").waitFor({ timeout: 40_000 });
        await page.getByText(/Live data paused|No answer from the server/).waitFor({ state: "detached" });
        await page.locator('section[aria-label="Holdings"]:not(.aged)').waitFor();
        terminal.isServed = true;
        await terminal.showsLivePrices();
        assert.deepEqual(await screen(terminal), shown);
        sameAsBefore(told, await program.state());
      });

      await step(terminal, "an order whose answer is lost is UNKNOWN until the venue is asked", () => unknownIsShown(program, terminal));

      await step(terminal, "the position is closed from its row", async () => {
        await terminal.tab("Positions");
        const held = terminal.row(/binance-paper.*Long.*0\.01000/);
        await held.getByRole("button", { name: /^Close / }).click();
        await page.locator("#send-order", { hasText: "Sell 0.01000 BTC" }).waitFor();
        await terminal.send();
        await held.waitFor({ state: "detached" });
      });

      await step(terminal, "one account is stopped, proven to be still, and resumed", () => stoppedAndBack(program, terminal));

      assert.deepEqual(terminal.complaints, []);
    });
    for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]] as const) {
      for (const isDark of [true, false]) {
        await inBrowser(viewport, isDark, async (context) => {
          const terminal = await Terminal.open(context, program.page.replace("/#", "/trade?tab=orders#"));
          await step(terminal, `axe finds nothing: ${place}, ${isDark ? "dark" : "light"}`, async () => {
            await terminal.showsLivePrices();
            await terminal.page.getByRole("grid", { name: "Open orders" }).getByRole("button", { name: /^Cancel / }).first().waitFor();
            await accessible(terminal.page);
            assert.deepEqual(terminal.complaints, []);
          });
        });
      }
    }
    await program.stop();
  } finally {
    await program.kill();
  }
}

async function priceOfOpen(program: Program): Promise<string | null | undefined> {
  return (await program.state()).orders.find((each) => each.account === OURS && each.status === "OPEN")?.limit_price;
}

/** Everything the page says of our account, without what the market moves. */
async function screen(terminal: Terminal): Promise<Record<string, object[]>> {
  const all: Record<string, object[]> = {};
  for (const table of TABLES) all[table] = (await terminal.rows(table, OURS)).map(still);
  return all;
}

function still(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !MOVING.has(name)));
}

/**
 * No price and no venue looks alive 2 seconds after the socket was gone. The banner counts them, so a machine that is slow
 * to tell the browser has the time it needs.
 */
async function ownsUp({ page }: Terminal): Promise<void> {
  await page.waitForFunction(() => {
    const [, pausedS = "99"] = /Live data paused for (\d+) s/.exec(document.body.innerText) ?? [];
    const status = document.querySelector("footer");
    const prices = [...document.querySelectorAll("[data-live]")].filter((price) => price.textContent !== "" && !price.closest(".aged"));
    const dots = [...document.querySelectorAll("footer circle")].filter((dot) => dot.getAttribute("fill") !== "none");
    const isHonest = prices.length === 0 && dots.length === 0 && !/\d ms/.test(status?.innerText ?? "");
    return isHonest && Number(pausedS) <= 2 && status?.innerText.includes("Offline since");
  });
}

/** Nothing lost, nothing new but what the strategy of another account does meanwhile. */
function sameAsBefore(before: State, after: State): void {
  const ofOurs = <R extends { account: string }>(rows: R[]) => rows.filter((row) => row.account === OURS).map(still);
  assert.equal(ofOurs(before.orders).length, 3);
  assert.deepEqual(ofOurs(after.orders), ofOurs(before.orders));
  assert.deepEqual(ofOurs(after.positions), ofOurs(before.positions));
  assert.deepEqual(ofOurs(after.balances).map(withoutStamps), ofOurs(before.balances).map(withoutStamps));
  const known = new Map(after.fills.map((fill) => [`${fill.account} ${fill.execution_id}`, fill]));
  for (const fill of before.fills) assert.deepEqual(known.get(`${fill.account} ${fill.execution_id}`), fill);
  assert.equal(known.size, after.fills.length, "a fill is told twice");
}

/** A balance is told anew by its venue at every start. */
function withoutStamps(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !/_(at|ns|time)$/.test(name)));
}

/**
 * The line to one venue loses answers, seeded by the number of the start: in the second one, the answer to its second
 * order. The venue has the order all the same; after the time an answer may take it is asked.
 */
async function unknownIsShown(program: Program, terminal: Terminal): Promise<void> {
  const { page } = terminal;
  const ask = { account: "bybit-paper", symbol: SYMBOL, side: "BUY", type: "LIMIT" } as const;
  const placed: string[] = [];
  for (const limit_price of ["60001", "60002", "60003", "60004"]) placed.push((await program.place({ ...ask, quantity: "0.01", limit_price })).order_id);
  await terminal.tab("Open orders");
  // It is asked after a second: what is seen of the doubt is seen at once.
  await Promise.all([
    page.getByText(/bybit-paper buy 0\.01 BTC\/USDT: outcome unknown for/).waitFor({ timeout: 20_000 }),
    terminal.row(/60,002\.00.*UNKNOWN \d+ s/).waitFor({ timeout: 20_000 }),
  ]);
  await terminal.row(/60,002\.00.*Open/).waitFor();
  await page.getByText(/outcome unknown/).first().waitFor({ state: "detached", timeout: 20_000 });
  await until("all orders to be open", async () => {
    const live = (await program.state()).orders.filter((order) => order.account === ask.account);
    assert.deepEqual(live.map((order) => order.order_id).toSorted(), placed.toSorted());
    return live.every((order) => order.status === "OPEN");
  });
}

/** With the venue's own word: two lists without an open order, each with its time. */
async function stoppedAndBack(program: Program, { page }: Terminal): Promise<void> {
  await page.keyboard.press("Control+Shift+K");
  await page.keyboard.type("a drill");
  await page.getByRole("radio", { name: `Only Paper Binance ${OURS}` }).click();
  await page.getByLabel("Type STOP").fill("STOP");
  await page.keyboard.press("Enter");
  const proof = page.getByRole("region", { name: `Proof for ${OURS}` });
  await proof.getByText("1 of 1 cancel asked for").waitFor();
  await page.getByText(`Trading on ${OURS} is stopped. It is proven.`).waitFor({ timeout: 60_000 });
  await until("a time at each step", async () => ((await proof.innerText()).match(/\d\d:\d\d:\d\d\.\d{3}/g) ?? []).length === 6);
  assert.equal(await priceOfOpen(program), undefined);
  await page.getByRole("button", { name: "Resume…" }).last().click();
  await page.getByRole("button", { name: `Resume ${OURS}` }).click();
  await page.getByText("Takes new orders again").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Trading is halted" }).waitFor({ state: "hidden" });
  await program.place({ account: OURS, symbol: SYMBOL, side: "BUY", type: "LIMIT", quantity: "0.01", limit_price: "60000" });
}

const data = mkdtempSync(join(tmpdir(), "terminal-data-"));
try {
  await story(join(data, "demo"));
  console.log("all well");
} catch (error) {
  console.log("FAIL ", inspect(error, { depth: 6 }));
  process.exitCode = 1;
} finally {
  rmSync(data, { recursive: true, force: true });
}
