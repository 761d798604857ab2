/** `npm run look`: photographs of the page in both themes and at every width it is made for. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { NEVER_ANSWERED, STUBBORN } from "../gateway/desk.ts";
import { startGateway, type Gateway } from "../gateway/gateway.ts";
import { inBrowser } from "./browser.ts";

const PICTURES = process.argv[2] ?? "pictures";
const ONLY = process.argv[3] ?? "";
const SIZES: [string, number, number][] = [["1600", 1600, 1000], ["1280", 1280, 800], ["1024", 1024, 768], ["phone", 390, 844]];

type Act = (page: Page, gateway: Gateway) => Promise<void>;

/** The kill switch on its way: seen on a desk and on a phone. */
const STOPS: Record<string, Act> = {
  "stop-ask": async (page) => {
    await page.keyboard.press("Control+Shift+K");
    await page.getByLabel("Reason").fill("the feed looks wrong");
  },
  "stop-proof": async (page, { desk }) => {
    desk.place({ account: "hedge", symbol: "ETH/USDT:USDT", side: "BUY", type: "LIMIT", quantity: STUBBORN, limit_price: "3000" }, "stubborn");
    await page.waitForTimeout(300);
    desk.stop("the feed looks wrong", ["main", "hedge"]);
    await page.getByRole("button", { name: "Show proof" }).click();
    await page.getByText("cancelling…").last().waitFor();
    await page.waitForTimeout(1_500);
  },
  "stop-proven": async (page, { desk }) => {
    desk.stop("the feed looks wrong", null);
    await page.getByRole("button", { name: "Show proof" }).click();
    await page.getByText("It is proven.").waitFor();
  },
  "stop-banner": async (page, { desk }) => {
    desk.stop("the feed looks wrong", null);
    await page.getByText(/^Trading is stopped by/).waitFor();
  },
  "stop-resume": async (page, { desk }) => {
    desk.stop("the feed looks wrong", null);
    await page.getByText(/^Trading is stopped by/).waitFor();
    await page.getByRole("button", { name: "Resume…" }).click();
    await page.getByRole("button", { name: "Resume hedge" }).click();
    await page.getByText("Takes new orders again").waitFor();
  },
};

/** States that are worth a look of their own, at full width. */
const STATES: Record<string, Act> = {
  changing: async (page) => {
    await page.getByRole("tab", { name: /Open orders/ }).click();
    await page.locator('tr[data-row="o-1001"]').focus();
    await page.keyboard.press("Enter");
    await page.keyboard.type("93700.07");
  },
  dragged: async (page) => {
    const box = await page.getByRole("button", { name: /^Limit sell 0.200 at/ }).boundingBox();
    if (!box) return;
    await page.mouse.move(box.x + 8, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + 8, box.y + 70, { steps: 5 });
    await page.mouse.up();
  },
  trailing: async (page) => {
    await page.getByLabel("More order types").selectOption({ label: "Trailing stop" });
    await page.getByLabel("Time in force").selectOption("GTD");
    await page.getByLabel("Until").fill("2020-01-01T10:00");
  },
  unknown: async (page) => {
    await page.getByRole("textbox", { name: "Price", exact: true }).fill("93000");
    await page.getByRole("textbox", { name: "Size", exact: true }).fill(NEVER_ANSWERED);
    await page.locator("#send-order").click();
    await page.getByText("outcome unknown for").waitFor();
    await page.getByRole("button", { name: "Review" }).click();
  },
  stuck: async (page, { desk }) => {
    desk.place({ account: "main", symbol: "BTC/USDT:USDT", side: "BUY", type: "LIMIT", quantity: NEVER_ANSWERED, limit_price: "91000" }, "stuck");
    await page.getByRole("button", { name: "1 order needs a person" }).click();
  },
  gone: async (page, gateway) => {
    await gateway.close();
    await page.getByText(/No answer from the server since/).waitFor({ timeout: 20_000 });
  },
};

async function look(name: string, width: number, height: number, theme: "dark" | "light", act: Act): Promise<void> {
  if (!name.includes(ONLY)) return;
  const gateway = await startGateway({ token: "look" });
  await inBrowser({ width, height }, theme === "dark", async (context) => {
    const page = context.pages()[0] ?? (await context.newPage());
    page.on("console", (message) => message.type() === "error" && console.log(name, theme, message.text()));
    page.on("pageerror", (error) => console.log(name, theme, error.message));
    await page.goto(`${gateway.url}/#token=look`);
    await page.waitForTimeout(2_500);
    await act(page, gateway);
    await page.waitForTimeout(400);
    await page.screenshot({ path: `${PICTURES}/trade-${name}-${theme}.png` });
  });
  await gateway.close().catch(() => undefined);
}

mkdirSync(PICTURES, { recursive: true });
for (const theme of ["dark", "light"] as const) {
  for (const [name, width, height] of SIZES) {
    await look(name, width, height, theme, async (page) => {
      if (width >= 1280) await page.getByRole("textbox", { name: "Size", exact: true }).fill("0.75");
    });
  }
  for (const [name, act] of Object.entries(STOPS)) {
    await look(name, 1600, 1000, theme, act);
    await look(`${name}-phone`, 390, 844, theme, act);
  }
  for (const [name, act] of Object.entries(STATES)) await look(name, 1600, 1000, theme, act);
}
