/** `npm run test:browser`: the built page in a real browser: flows by keyboard, axe, both themes. */
import assert from "node:assert/strict";
import { CUT_OFF, KEPT, NEVER_ANSWERED, REFUSED } from "../gateway/desk.ts";
import { startGateway } from "../gateway/gateway.ts";
import { accessible } from "./axe.ts";
import { until } from "../until.ts";
import { inBrowser } from "./browser.ts";
import { inHand, openOrder, price, send, showLines, size, typeOrder, type Flow } from "./hand.ts";
import { accessibleStopped, accessibleStuck, stopFlows, stuckFlows } from "./stops.ts";

const DESK = { width: 1600, height: 1000 };
const PHONE = { width: 390, height: 844 };
const FAILED = "pictures/failed.png";

const flows: Record<string, Flow> = {
  "an order is placed, seen and cancelled by keyboard alone": async (page, { desk }) => {
    await typeOrder(page, "0.123", "91000");
    await page.keyboard.press("Enter");
    await until("the button in hand", async () => /Buy 0\.123 BTC.*live/.test(await inHand(page, null)));
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
    await until("the nearest price in its field", async () => (await price(page).inputValue()) === "92,070.0");
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
  "an order that ends at a time says until when, here and in the table": async (page, { desk }) => {
    await typeOrder(page, "0.321", "91000");
    await page.getByLabel("Time in force").selectOption("GTD");
    await page.getByText("GMT+5:30").first().waitFor();
    await page.getByLabel("Until").fill("2020-01-01T10:00");
    await page.getByText("This time has passed. Nearest:").waitFor();
    assert.equal(await send(page).getAttribute("aria-disabled"), "true");
    await page.getByRole("button", { name: "Use nearest" }).click();
    await page.getByLabel("Until").fill("2099-01-01T10:00");
    await send(page).click();
    await page.getByRole("tab", { name: /Open orders/ }).click();
    await page.getByRole("row", { name: /0\.321.*GTD 2099-01-01/ }).waitFor();
    assert.equal([...desk.orders.values()].find((order) => order.quantity === "0.321")?.expires_at, "2099-01-01T04:30:00.000Z");
  },
  "every type that the account offers can be placed": async (page, { desk }) => {
    const fields: [string, string[], Record<string, string>][] = [
      ["Stop limit", ["Trigger", "Price"], { Trigger: "98000", Price: "98010" }],
      ["Take profit", ["Trigger"], { Trigger: "90000" }],
      ["Take profit limit", ["Trigger", "Price"], { Trigger: "90000", Price: "89990" }],
      ["Trailing stop", ["Distance", "Begins at"], { Distance: "0.5", "Begins at": "98000" }],
    ];
    for (const [label, names, values] of fields) {
      await page.getByLabel("More order types").selectOption({ label });
      for (const name of names) await page.getByRole("textbox", { name, exact: true }).fill(values[name] ?? "");
      await size(page).fill("0.011");
      await page.waitForTimeout(300); // the guard against a double press
      await send(page).click();
      await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[aria-label="Order ticket"] input[inputmode="decimal"]')?.disabled === false);
    }
    await page.getByRole("tab", { name: /Open orders/ }).click();
    await page.getByRole("row", { name: /Trailing stop.*0\.50/ }).waitFor();
    const placed = [...desk.orders.values()].filter((order) => order.quantity === "0.011").map(({ type, limit_price, trigger, trail }) => [type, limit_price, trigger?.price, trail?.offset_bps, trail?.activation_price]);
    assert.deepEqual(placed, [
      ["STOP_LIMIT", "98010", "98000", undefined, undefined], ["TAKE_PROFIT_MARKET", null, "90000", undefined, undefined],
      ["TAKE_PROFIT_LIMIT", "89990", "90000", undefined, undefined], ["TRAILING_STOP", null, undefined, "50", "98000"],
    ]);
  },
  "where the venue sizes it, money is sent as money": async (page, { desk }) => {
    await page.goto(`${page.url().split("?")[0]}?account=sim-1`);
    await page.getByRole("button", { name: "Account: Paper Kraken sim-1" }).waitFor();
    await page.getByRole("radio", { name: "Market" }).click();
    await page.getByRole("radio", { name: "USDT", exact: true }).click();
    await size(page).fill("250");
    await page.getByText("Buy for 250 USDT").click();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("row", { name: /Market.*Filled/ }).first().waitFor();
    assert.deepEqual([...desk.orders.values()].filter((order) => order.value === "250").map(({ type, status }) => [type, status]), [["MARKET", "FILLED"]]);
  },
  "an open order is changed in its row by keyboard alone": async (page, { desk }) => {
    const row = await openOrder(page, "o-1001");
    await row.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("93700.07");
    await page.getByText("Price steps are 0.1. Nearest: 93,700.0").waitFor();
    await page.keyboard.press("Enter");
    assert.equal(desk.orders.get("o-1001")?.amend_pending, null);
    await page.getByRole("button", { name: "Use nearest" }).click();
    await page.getByRole("textbox", { name: "Price of this order" }).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await row.getByText("changing…").waitFor();
    assert.equal(desk.orders.get("o-1001")?.limit_price, "93720.0");
    await row.getByText("93,700.1").waitFor();
    await row.getByText("Open", { exact: true }).waitFor();
    await until("the row in hand", async () => (await inHand(page, "data-row")) === "o-1001");
  },
  "Esc undoes a change, and what cannot be changed says why": async (page, { desk }) => {
    const row = await openOrder(page, "o-1001");
    await row.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("90000");
    await page.keyboard.press("Escape");
    await row.getByText("93,720.0").waitFor();
    const fixed = page.locator('tr[data-row="o-1004"]').getByRole("button", { name: /^Change/ });
    assert.equal(await fixed.getAttribute("title"), "Bybit cannot change an order in place. Cancel it and place another.");
    await fixed.dispatchEvent("click");
    await page.getByRole("textbox", { name: "Price of this order" }).waitFor({ state: "detached" });
    assert.deepEqual([...desk.orders.values()].filter((order) => order.amend_pending), []);
  },
  "a change that is refused is told with the nearest valid value, and one that the venue does not make as well": async (page, { desk }) => {
    const row = await openOrder(page, "o-1001");
    await row.getByRole("button", { name: /^Change/ }).click();
    await page.getByRole("textbox", { name: "Size of this order" }).fill(REFUSED);
    await page.keyboard.press("Enter");
    await page.getByText("at most 0.500 while the limit stands").first().waitFor();
    await page.getByRole("button", { name: "Use nearest: 0.500" }).click();
    await page.getByRole("textbox", { name: "Size of this order" }).fill(KEPT);
    await page.getByRole("group", { name: /Change of the order/ }).getByRole("button", { name: "Change" }).click();
    await row.getByText("changing…").waitFor();
    await row.getByText("not changed").waitFor();
    assert.equal(desk.orders.get("o-1001")?.quantity, "0.250");
  },
  "a line that is dragged is sent after it was let go and confirmed, and shows where it stood": async (page, { desk }) => {
    await showLines(page);
    const grip = page.getByRole("button", { name: /^Limit sell 0.200 at 94,980.0/ });
    const before = await grip.boundingBox();
    assert.ok(before);
    const [x, y] = [before.x + before.width / 2, before.y + before.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y + 20, { steps: 4 });
    await page.mouse.move(x, y + 40, { steps: 4 });
    await page.getByText(/% · .* ticks$/).waitFor();
    await page.mouse.up();
    await page.waitForTimeout(400);
    assert.equal(desk.orders.get("o-1002")?.amend_pending, null);
    await until("the confirmation in hand", async () => (await inHand(page, "data-confirm")) === "o-1002");
    await page.keyboard.press("Enter");
    await page.getByText("from 94,980.0 · changing…").waitFor();
    await page.getByText("from 94,980.0 · changing…").waitFor({ state: "detached" });
    const moved = Number(desk.orders.get("o-1002")?.limit_price);
    assert.ok(moved < 94_980 && Math.abs(moved * 10 - Math.round(moved * 10)) < 1e-6, `${moved}`);
  },
  "Esc takes a line out of the hand": async (page, { desk }) => {
    await showLines(page);
    const grip = page.getByRole("button", { name: /^Limit sell 0.200 at 94,980.0/ });
    const box = await grip.boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 5, box.y + 45, { steps: 4 });
    await page.getByText(/% · .* ticks$/).waitFor();
    await page.keyboard.press("Escape");
    await page.mouse.move(box.x + 5, box.y + 65, { steps: 4 });
    await page.mouse.up();
    await grip.waitFor();
    assert.equal(desk.orders.get("o-1002")?.amend_pending, null);
  },
  "a line is moved by the arrows and Enter": async (page, { desk }) => {
    await showLines(page);
    await page.keyboard.press("l");
    await until("a line in hand", async () => (await inHand(page, "aria-label")).includes("arrows move it"));
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("ArrowUp");
    assert.deepEqual([...desk.orders.values()].filter((order) => order.amend_pending), []);
    await page.keyboard.press("Enter");
    await page.getByText(/^from .* changing…$/).waitFor();
    await page.getByText(/^from .* changing…$/).waitFor({ state: "detached" });
    const moved = ["o-1001", "o-1002", "o-1003"].map((id) => desk.orders.get(id)?.trigger?.price ?? desk.orders.get(id)?.limit_price);
    assert.ok(["93719.1", "94979.1", "93249.1"].some((price) => moved.includes(price)), moved.join());
  },
  "a new order is in the history at once": async (page) => {
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("row", { name: /Filled/ }).first().waitFor();
    await typeOrder(page, "0.124", "91000");
    await send(page).click();
    await page.getByRole("grid", { name: "Order history" }).getByRole("row", { name: /0\.124.*Open/ }).waitFor();
  },
  "a busy account does not push the fills of another out of sight": async (page, { desk }) => {
    const [fill] = desk.fills;
    assert.ok(fill);
    desk.fills.unshift(...Array.from({ length: 600 }, (_, at) => ({ ...fill, account: "hedge", execution_id: `busy-${at}` })));
    const asked: string[] = [];
    page.on("request", (request) => request.url().includes("/fills?") && asked.push(new URL(request.url()).searchParams.toString()));
    await page.reload();
    await page.getByRole("tab", { name: "Fills" }).click();
    const grid = page.getByRole("grid", { name: "Fills" });
    await grid.getByRole("button", { name: "Account" }).click();
    await grid.getByRole("row", { name: /main.*0\.420/ }).waitFor();
    assert.deepEqual(asked.toSorted(), ["account=hedge&limit=200", "account=main&limit=200", "account=main&symbol=BTC%2FUSDT%3AUSDT&limit=500", "account=sim-1&limit=200"].toSorted());
  },
  "a cut stream is resumed with what was missed": async (page, gateway) => {
    gateway.cut();
    const [order] = [...gateway.desk.orders.values()].filter((each) => each.order_id === "o-1001");
    gateway.desk.cancel(order?.order_id ?? "");
    await page.getByText(/Live data paused/).waitFor();
    await page.getByText("Live again. What was missed is loaded.").waitFor();
    await page.getByText("Live again. What was missed is loaded.").waitFor({ state: "detached" });
    await page.getByText("Limit buy 0.250").waitFor({ state: "detached" });
  },
  "simulated money is called so": async (page) => {
    await page.getByRole("button", { name: /^Account: / }).click();
    await page.getByRole("option", { name: /sim-1/ }).click();
    await page.getByRole("button", { name: "Account: Paper Kraken sim-1" }).waitFor();
    await size(page).fill("0.1");
    await price(page).fill("90000");
    await page.getByText("paper · sim-1").waitFor();
    await page.getByText("Simulated money. No order leaves this system.").waitFor();
    // Spot is sold, not reduced; what else is in the row stays where it is.
    const postOnly = page.locator("label", { hasText: "Post-only" });
    const before = (await postOnly.boundingBox())?.x;
    assert.equal(await page.getByLabel("Reduce-only").count(), 0);
    await page.getByRole("button", { name: /^Account: / }).click();
    await page.getByRole("option", { name: /main/ }).click();
    await page.getByLabel("Reduce-only").waitFor();
    assert.equal((await postOnly.boundingBox())?.x, before);
    await page.goBack();
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
    await until("the light theme", async () => (await page.evaluate(() => document.documentElement.dataset["theme"])) === "light");
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
    const colours = await page.evaluate(() => [...new Set([...document.querySelectorAll("[data-live], [data-live] *")].map((each) => getComputedStyle(each).color))]);
    assert.equal(colours.length, 1, colours.join());
    await page.getByText("▲ stale").waitFor();
    assert.doesNotMatch(await page.getByRole("contentinfo").innerText(), /\d (ms|s|min)\b/);
  },
  ...stopFlows,
  ...stuckFlows,
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
      page.setDefaultTimeout(10_000);
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => /Content Security Policy|React|Warning/.test(message.text()) && complaints.push(message.text()));
      await page.goto(`${gateway.url}/#token=test`);
      await page.getByText("Stream live").or(page.getByRole("button", { name: "Sell" })).first().waitFor();
      await page.getByRole("row", { name: /SOL\/USDT/ }).first().waitFor();
      // Keys that are typed before there is a field to type into go elsewhere.
      if (viewport === DESK) await send(page).waitFor();
      try {
        await run(page, gateway);
      } catch (error) {
        complaints.push(`the page is in ${FAILED}`);
        await page.screenshot({ path: FAILED });
        throw error;
      }
      assert.equal(await page.getByText("This panel stopped.").count(), 0);
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

/** The same while an order is changed and the ticket shows all that it has. */
const accessibleAtWork: Flow = async (page) => {
  await showLines(page);
  await page.getByLabel("More order types").selectOption({ label: "Trailing stop" });
  await page.getByLabel("Time in force").selectOption("GTD");
  await page.getByLabel("Until").fill("2020-01-01T10:00");
  const row = await openOrder(page, "o-1001");
  await row.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("93700.07");
  await page.getByText("Price steps are 0.1. Nearest: 93,700.0").waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Limit sell 0.200 at/ }).focus();
  await page.keyboard.press("Shift+ArrowUp");
  await page.getByText(/% · .* ticks$/).waitFor();
  await accessible(page);
};

const only = process.argv[2] ?? "";
for (const [name, run] of Object.entries(flows)) if (name.includes(only)) await check(name, DESK, true, run);
if ("on a phone an order is reviewed before it is sent".includes(only)) await check("on a phone an order is reviewed before it is sent", PHONE, true, reviewed);
for (const [place, viewport] of [["desk", DESK], ["phone", PHONE]] as const) {
  for (const isDark of [true, false]) {
    const name = `axe finds nothing: ${place}, ${isDark ? "dark" : "light"}`;
    if (name.includes(only)) await check(name, viewport, isDark, accessible);
    if (`${name}, stopped`.includes(only)) await check(`${name}, stopped`, viewport, isDark, accessibleStopped);
    if (place === "desk" && `${name}, stuck`.includes(only)) await check(`${name}, stuck`, viewport, isDark, accessibleStuck);
    if (place === "desk" && name.includes(only)) await check(`${name}, at work`, viewport, isDark, accessibleAtWork);
  }
}
console.log(failures === 0 ? "all well" : `${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
