/** The kill switch as a person uses it: by keyboard, with proof, and back. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { NEVER_ANSWERED, STUBBORN } from "../gateway/desk.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { until } from "../until.ts";
import { accessible } from "./axe.ts";
import { inHand, openOrder, send, size, typeOrder, type Flow } from "./hand.ts";

const REASON = "the feed looks wrong";
const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });
const proofOf = (page: Page, account: string) => page.getByRole("region", { name: `Proof for ${account}` });

/** An order whose cancel the venue confirms when it is told to. */
async function stubborn({ desk }: Gateway): Promise<string> {
  const { order_id } = desk.place({ account: "main", symbol: "BTC/USDT:USDT", side: "BUY", type: "LIMIT", quantity: STUBBORN, limit_price: "91000" }, "stubborn");
  await until("the order open", () => Promise.resolve(desk.orders.get(order_id)?.status === "OPEN"));
  return order_id;
}

async function stopAll(page: Page): Promise<void> {
  await page.keyboard.press("Control+Shift+K");
  await dialog(page, "Kill switch").waitFor();
  await page.keyboard.type(REASON);
  await page.keyboard.press("Enter");
  await page.keyboard.type("STOP");
  await page.keyboard.press("Enter");
}

export const stopFlows: Record<string, Flow> = {
  "trading is stopped by keyboard alone, and called stopped when it is proven": async (page, gateway) => {
    const { desk } = gateway;
    const left = await stubborn(gateway);
    // From inside a field, too.
    await size(page).focus();
    await stopAll(page);
    await page.getByText("Trading is being stopped: 2 of 3 accounts proven.").waitFor();
    const main = proofOf(page, "main");
    await main.getByText(`Limit buy ${STUBBORN} BTC/USDT:USDT`).waitFor();
    await main.getByText("4 of 4 cancels asked for").waitFor();
    assert.deepEqual(await main.getByText("Not yet:").count(), 4);
    assert.deepEqual(["main", "hedge", "sim-1"].map((each) => desk.stops.isStopped(each)), [true, true, true]);
    assert.doesNotMatch(await page.locator("body").innerText(), /\b(is|are) stopped\b/);
    await page.getByText(`Trading is being stopped by api since`).first().waitFor();
    desk.cancelled(left);
    await page.getByText("Trading is stopped. It is proven.").waitFor();
    await main.getByText("Proven: nothing works there").waitFor();
    // Each of the six steps is done, and tells when.
    await until("six steps with their times", async () => (await main.getByText("Done:").count()) === 6 && ((await main.innerText()).match(/\d\d:\d\d:\d\d\.\d{3}/g) ?? []).length === 6);
    await page.keyboard.press("Escape");
    await page.getByText(/^Trading is stopped by api since \d\d:\d\d:\d\d: the feed looks wrong\.$/).waitFor();
    await until("the field in hand again", () => size(page).evaluate((field) => field === document.activeElement));
    assert.equal(await send(page).innerText(), "main is stopped");
  },
  "no key of the page acts while the kill switch is open": async (page, { desk }) => {
    await typeOrder(page, "0.123", "91000");
    await page.keyboard.press("Escape");
    const row = await openOrder(page, "o-1001");
    await row.focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    const change = page.getByRole("textbox", { name: "Price of this order" });
    await change.waitFor();
    const before = [page.url(), await page.evaluate(() => document.documentElement.dataset["theme"])];
    await page.keyboard.press("Control+Shift+K");
    // The hand leaves the fields, and every key goes to the page.
    await dialog(page, "Kill switch").getByText("Together").click();
    for (const key of ["x", "s", "b", "Enter", "Control+Enter", "4", "]", "t", "?", "l", "ArrowUp", "Enter", "F6"]) await page.keyboard.press(key);
    assert.equal(await page.getByRole("dialog").count(), 1);
    assert.deepEqual([page.url(), await page.evaluate(() => document.documentElement.dataset["theme"])], before);
    await page.keyboard.press("Escape");
    await dialog(page, "Kill switch").waitFor({ state: "detached" });
    // It closed the dialog, and undid nothing.
    assert.equal(await change.count(), 1);
    await page.keyboard.press("Escape");
    await change.waitFor({ state: "detached" });
    assert.deepEqual([...desk.orders.values()].filter((order) => order.cancel_pending || order.amend_pending || order.quantity === "0.123"), []);
    assert.equal(await page.getByRole("radio", { name: "Buy" }).getAttribute("aria-checked"), "true");
    // They work again: what was selected still is.
    await row.focus();
    await page.keyboard.press("x");
    await row.waitFor({ state: "detached" });
  },
  "one account is stopped, after its counts and the word": async (page, { desk }) => {
    await page.getByRole("button", { name: "Kill switch" }).click();
    const ask = dialog(page, "Kill switch");
    await ask.getByRole("row", { name: "Together 4 4" }).waitFor();
    await ask.getByRole("radio", { name: "All accounts (3)" }).focus();
    await page.keyboard.press("ArrowRight");
    await ask.getByRole("row", { name: "Together 3 2" }).waitFor();
    const go = ask.getByRole("button", { name: "Stop trading" });
    await go.dispatchEvent("click");
    await until("the reason in hand", async () => (await inHand(page, "placeholder")).startsWith("What is wrong"));
    await page.keyboard.type(REASON);
    await ask.getByLabel("Type STOP").fill("stop");
    await page.keyboard.press("Enter");
    await ask.getByText("Type STOP, in capitals.").waitFor();
    assert.equal(desk.stops.isStopped("main"), false);
    await ask.getByLabel("Type STOP").fill("STOP");
    await go.click();
    await page.getByText("Trading on main is stopped. It is proven.").waitFor();
    await page.getByText("hedge, sim-1 are not part of a stop.").waitFor();
    assert.deepEqual(["main", "hedge", "sim-1"].map((each) => desk.stops.isStopped(each)), [true, false, false]);
    assert.equal(desk.orders.get("o-1004")?.status, "OPEN");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByText(/^Trading on main is stopped by api/).waitFor();
  },
  "trading is resumed account by account, and the banner goes with the last": async (page, { desk }) => {
    desk.stop(REASON, null);
    const banner = page.getByRole("region", { name: "Trading is halted" });
    await banner.getByText(/^Trading is stopped by/).waitFor();
    await page.keyboard.press("Control+Shift+K");
    await dialog(page, "Proof of the stop").waitFor();
    await page.keyboard.press("Escape");
    await banner.getByRole("button", { name: "Resume…" }).click();
    await until("nothing dangerous in hand", async () => (await inHand(page, null)) === "Close");
    await page.getByRole("button", { name: "Resume main" }).click();
    await page.getByText("Takes new orders again").waitFor();
    await banner.getByText(/^Trading on hedge, sim-1 is stopped by/).waitFor();
    assert.deepEqual(["main", "hedge", "sim-1"].map((each) => desk.stops.isStopped(each)), [false, true, true]);
    for (const account of ["hedge", "sim-1"]) await page.getByRole("button", { name: `Resume ${account}` }).click();
    await banner.waitFor({ state: "hidden" });
    await page.keyboard.press("Escape");
    await typeOrder(page, "0.123", "91000");
    await send(page).click();
    await until("an order again", () => Promise.resolve([...desk.orders.values()].some((order) => order.quantity === "0.123")));
  },
  "a stop without an answer says that it may be in force, and can be asked for again": async (page, { desk }) => {
    await page.route("**/api/v1/stop", (route) => route.abort(), { times: 1 });
    await stopAll(page);
    await page.getByRole("alert").getByText("The stop may be in force or not").waitFor();
    assert.equal(desk.stops.isStopped("main"), false);
    await page.keyboard.press("Enter");
    await page.getByText("Trading is stopped. It is proven.").waitFor();
  },
  "without the server the proof says how old it is": async (page, gateway) => {
    await stubborn(gateway);
    await stopAll(page);
    await page.getByText("1 order may still work", { exact: true }).waitFor();
    await gateway.close();
    await page.getByText(/Live data is paused\. This is as last heard at \d\d:\d\d:\d\d/).waitFor();
  },
};

/** The list of what is stuck, and what can be done about it there. */
export const stuckFlows: Record<string, Flow> = {
  "an order that is stuck is asked about again and cancelled from the status bar": async (page, { desk }) => {
    const { order_id } = await stuck(page, desk);
    const list = dialog(page, "Orders that need a person");
    const row = list.getByRole("listitem", { name: `Limit buy ${NEVER_ANSWERED} BTC/USDT:USDT` });
    await row.getByText(/^The venue has not answered\. Open since \d\d:\d\d:\d\d, \d+ s\.$/).waitFor();
    await row.getByText(/^Asked 2 times, last at .* Not seen in open_orders\. The venue cannot prove/).waitFor();
    await list.getByText("Decisions are made on the command line").waitFor();
    await row.getByRole("button", { name: "Ask again" }).press("Enter");
    await row.getByText("Asked 3 times").waitFor();
    await row.getByText("The venue is being asked.").waitFor();
    await row.getByRole("button", { name: "Cancel" }).press("Enter");
    await row.getByText("Its cancel is not confirmed.").waitFor();
    assert.equal(desk.orders.get(order_id)?.cancel_pending, true);
    assert.equal(await row.getByRole("button", { name: "Cancel" }).count(), 0);
    desk.cancelled(order_id);
    await list.getByText("No order needs a person any more.").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /a person/ }).waitFor({ state: "detached" });
  },
};

async function stuck(page: Page, desk: Gateway["desk"]) {
  const order = desk.place({ account: "main", symbol: "BTC/USDT:USDT", side: "BUY", type: "LIMIT", quantity: NEVER_ANSWERED, limit_price: "91000" }, "stuck");
  await page.getByRole("button", { name: "1 order needs a person" }).press("Enter");
  return order;
}

/** The list as axe sees it. */
export const accessibleStuck: Flow = async (page, { desk }) => {
  await stuck(page, desk);
  await page.getByRole("button", { name: "Ask again" }).waitFor();
  await accessible(page);
};

/** Every part of it, each as axe sees it. */
export const accessibleStopped: Flow = async (page, gateway) => {
  const left = await stubborn(gateway);
  await page.getByRole("button", { name: "Kill switch" }).click();
  await accessible(page);
  await page.getByRole("textbox", { name: "Reason" }).fill(REASON);
  await page.getByRole("textbox", { name: "Type STOP to go on" }).fill("STOP");
  await accessible(page);
  await page.keyboard.press("Enter");
  await proofOf(page, "main").getByText(`Limit buy ${STUBBORN}`).waitFor();
  await accessible(page);
  gateway.desk.cancelled(left);
  await page.getByText("Trading is stopped. It is proven.").waitFor();
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Resume…" }).click();
  await page.getByRole("button", { name: "Resume main" }).waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("region", { name: "Trading is halted" }).waitFor();
  await accessible(page);
};
