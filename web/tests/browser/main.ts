/** `npm run test:browser`: the built page in a real browser: flows by keyboard, axe, both themes. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { CUT_OFF, NEVER_ANSWERED, REFUSED } from "../gateway/desk.ts";
import { startGateway, type Gateway } from "../gateway/gateway.ts";
import { accessible } from "./axe.ts";
import { inBrowser } from "./browser.ts";

const DESK = { width: 1600, height: 1000 };
const PHONE = { width: 390, height: 844 };

type Flow = (page: Page, gateway: Gateway) => Promise<void>;

const size = (page: Page) => page.getByRole("textbox", { name: "Size", exact: true });
const price = (page: Page) => page.getByRole("textbox", { name: "Price", exact: true });
const send = (page: Page) => page.locator("#send-order");

async function typeOrder(page: Page, quantity: string, at: string): Promise<void> {
  await page.keyboard.press("b");
  await page.keyboard.type(quantity);
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await page.keyboard.type(at);
}

const flows: Record<string, Flow> = {
  "an order is placed, seen and cancelled by keyboard alone": async (page, { desk }) => {
    await typeOrder(page, "0.123", "91000");
    await page.keyboard.press("Enter");
    assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? "", /Buy 0\.123 BTC.*live/);
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: /Open orders/ }).focus();
    await page.keyboard.press("Enter");
    const row = page.getByRole("row", { name: /0\.123/ });
    await row.getByText("Open", { exact: true }).waitFor();
    await row.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("x");
    await row.waitFor({ state: "detached" });
    const placed = [...desk.orders.values()].filter((order) => order.quantity === "0.123");
    assert.deepEqual(placed.map((order) => [order.status, order.limit_price]), [["CANCELLED", "91000"]]);
  },
  "a price off the grid is explained, and one press mends it": async (page) => {
    await typeOrder(page, "0.1", "91000.07");
    await page.getByText("Price steps are 0.1. Nearest: 91,000.0").waitFor();
    assert.equal(await send(page).getAttribute("aria-disabled"), "true");
    await page.getByRole("button", { name: "Use nearest" }).click();
    await page.getByText("Buy 0.100 BTC").waitFor();
  },
  "a refusal is told with the nearest valid value": async (page) => {
    await typeOrder(page, REFUSED, "93000");
    await send(page).click();
    await page.getByRole("alert").getByText("within 5 % of the mark").waitFor();
    await page.getByRole("button", { name: "Use nearest: 92070.0" }).click();
    assert.equal(await price(page).inputValue(), "92,070.0");
  },
  "an order that the venue has not answered is UNKNOWN, and nothing else is sent": async (page, { desk }) => {
    await typeOrder(page, NEVER_ANSWERED, "93000");
    await send(page).click();
    await page.getByText("outcome unknown for").waitFor();
    await page.getByRole("button", { name: "Review" }).click();
    await page.getByText(/UNKNOWN \d/).first().waitFor();
    assert.equal([...desk.orders.values()].filter((order) => order.quantity === NEVER_ANSWERED).length, 1);
  },
  "a cut answer does not double the order, however often one presses": async (page, { desk }) => {
    await typeOrder(page, CUT_OFF, "93000");
    await send(page).dblclick();
    await page.getByRole("tab", { name: /Open orders/ }).click();
    await page.getByRole("row", { name: new RegExp(CUT_OFF) }).waitFor();
    assert.equal([...desk.orders.values()].filter((order) => order.quantity === CUT_OFF).length, 1);
  },
  "a cut stream is resumed with what was missed": async (page, gateway) => {
    gateway.cut();
    const [order] = [...gateway.desk.orders.values()].filter((each) => each.order_id === "o-1001");
    gateway.desk.cancel(order?.order_id ?? "");
    await page.getByText(/Live data paused/).waitFor();
    await page.getByText(/Live data paused/).waitFor({ state: "detached" });
    await page.getByText("Limit buy 0.250").waitFor({ state: "detached" });
  },
  "simulated money is called so": async (page) => {
    await page.getByRole("button", { name: /^Account: / }).click();
    await page.getByRole("option", { name: /sim-1/ }).click();
    await page.getByRole("button", { name: "Account: Paper Kraken sim-1" }).waitFor();
    await size(page).fill("0.1");
    await price(page).fill("90000");
    await page.getByText("paper · Paper Kraken sim-1").waitFor();
    await page.getByText("Simulated money. Prices are real.").waitFor();
    assert.ok(await page.getByRole("radio", { name: "Stop" }).isDisabled());
  },
  "closing a position fills the ticket of its market, and sends nothing": async (page, { desk }) => {
    await page.getByRole("button", { name: /^Close SOL/ }).click();
    await page.waitForURL(/SOL/);
    await page.getByText("Sell 420.00 SOL").waitFor();
    assert.equal([...desk.orders.values()].filter((order) => order.symbol === "SOL/USDT:USDT").length, 0);
  },
  "keys change interval, symbol and theme, and are listed": async (page) => {
    await page.keyboard.press("4");
    await page.waitForURL(/interval=1h/);
    await page.keyboard.press("]");
    await page.waitForURL(/ETH/);
    await page.keyboard.press("t");
    assert.equal(await page.evaluate(() => document.documentElement.dataset["theme"]), "light");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("TradingView").waitFor();
    await page.keyboard.press("Escape");
    assert.ok(!page.url().includes("token"));
  },
  "without the server nothing pretends to be live": async (page, gateway) => {
    await gateway.close();
    await page.getByText(/No answer from the server since/).waitFor({ timeout: 20_000 });
    await page.getByText("No connection to the server").waitFor();
    assert.ok((await page.locator(".aged [data-live]").count()) > 20);
  },
};

const reviewed: Flow = async (page, { desk }) => {
  await page.getByRole("button", { name: "Buy", exact: true }).last().click();
  await size(page).fill("0.123");
  await price(page).fill("91000");
  await send(page).click();
  await page.getByText("press again to send").waitFor();
  assert.equal([...desk.orders.values()].filter((order) => order.quantity === "0.123").length, 0);
  await page.waitForTimeout(300);
  await send(page).click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("tab", { name: /Open orders/ }).click();
  await page.getByRole("row", { name: /0\.123/ }).waitFor();
};

let failures = 0;

async function check(name: string, viewport: typeof DESK, isDark: boolean, run: Flow): Promise<void> {
  const gateway = await startGateway({ token: "test" });
  const complaints: string[] = [];
  try {
    await inBrowser(viewport, isDark, async (context) => {
      const page = context.pages()[0] ?? (await context.newPage());
      page.setDefaultTimeout(8_000);
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => /Content Security Policy|React|Warning/.test(message.text()) && complaints.push(message.text()));
      await page.goto(`${gateway.url}/#token=test`);
      await page.getByText("Stream live").or(page.getByRole("button", { name: "Sell" })).first().waitFor();
      await page.getByRole("row", { name: /SOL\/USDT/ }).first().waitFor();
      await run(page, gateway);
    });
    assert.deepEqual(complaints, []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL  ${name}\n      ${String(error).slice(0, 1_500)}\n      ${complaints.join("\n      ")}`);
  } finally {
    await gateway.close().catch(() => undefined);
  }
}

const only = process.argv[2] ?? "";
for (const [name, run] of Object.entries(flows)) if (name.includes(only)) await check(name, DESK, true, run);
if ("on a phone an order is reviewed before it is sent".includes(only)) await check("on a phone an order is reviewed before it is sent", PHONE, true, reviewed);
for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]] as const) {
  for (const isDark of [true, false]) {
    const name = `axe finds nothing: ${place}, ${isDark ? "dark" : "light"}`;
    if (name.includes(only)) await check(name, viewport, isDark, accessible);
  }
}
console.log(failures === 0 ? "all well" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
