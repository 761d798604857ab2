/** A person at the terminal: opens it, types orders, reads its tables, and notes what is wrong. */
import type { BrowserContext, Locator, Page } from "playwright-core";

export type Table = "Positions" | "Open orders" | "History" | "Fills" | "Balances";

const LABELS: Record<Table, string> = { Positions: "Positions", "Open orders": "Open orders", History: "Order history", Fills: "Fills", Balances: "Balances" };
/** What a browser says of a server that is not there; right while it is not. */
const UNREACHABLE = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket connection .* failed/;

/** A machine with other work beside may take this long. */
const WITHIN_MS = 20_000;

export class Terminal {
  readonly page: Page;
  readonly complaints: string[] = [];
  /** Whether the server is expected to answer. */
  isServed = true;

  private constructor(page: Page, host: string) {
    this.page = page;
    page.setDefaultTimeout(WITHIN_MS);
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      if (this.isServed || !UNREACHABLE.test(message.text())) this.complaints.push(message.text());
    });
    page.context().on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol !== "data:" && url.protocol !== "blob:" && url.host !== host) this.complaints.push(`asked ${url.host}`);
    });
  }

  static async open(context: BrowserContext, address: string): Promise<Terminal> {
    const terminal = new Terminal(context.pages()[0] ?? (await context.newPage()), new URL(address).host);
    await terminal.page.goto(address);
    return terminal;
  }

  /** Wait until there are prices that the server vouches for: bid and ask, as trades may be rare. */
  async showsPrices(): Promise<void> {
    await this.page.waitForFunction(() => {
      const shown = [...document.querySelectorAll('[aria-label="Instrument"] [data-live]')];
      return shown.some((price) => /\d/.test(price.textContent) && !price.closest(".aged"));
    });
  }

  /** Wait until the price moves before one's eyes. */
  async showsLivePrices(): Promise<void> {
    await this.page.waitForFunction(() => {
      const shown = document.getElementById("last-price");
      const price = shown?.textContent ?? "";
      const seen = window as unknown as { firstPrice?: string };
      if (!/\d/.test(price) || shown?.closest(".aged")) return false;
      seen.firstPrice ??= price;
      return price !== seen.firstPrice;
    });
  }

  /** A limit order into the ticket, by keys alone. */
  async typeLimit(side: "BUY" | "SELL", size: string, price: string): Promise<void> {
    const { keyboard } = this.page;
    await keyboard.press(side === "BUY" ? "b" : "s");
    await keyboard.type(size);
    await keyboard.press("Escape");
    await keyboard.press("p");
    await keyboard.type(price);
  }

  async chooseType(type: "Limit" | "Market"): Promise<void> {
    await this.page.getByRole("radio", { name: type, exact: true }).click();
  }

  async typeSize(size: string): Promise<void> {
    await this.page.getByRole("textbox", { name: "Size", exact: true }).fill(size);
  }

  /** From the field that was typed in. */
  async send(): Promise<void> {
    await this.page.locator('#send-order[aria-disabled="false"]').waitFor();
    await this.page.keyboard.press("Control+Enter");
  }

  /** Another price for an open order, in its row, by keys alone. */
  async changePrice(row: RegExp, price: string): Promise<void> {
    const { keyboard } = this.page;
    await this.row(row).focus();
    await keyboard.press("Enter");
    await this.page.locator('input[aria-label="Price of this order"]:focus').waitFor();
    await keyboard.type(price);
    await keyboard.press("Enter");
  }

  /** Move a line of the chart a little upwards and confirm it. */
  async dragLine(name: RegExp): Promise<void> {
    const { mouse, keyboard } = this.page;
    const line = this.page.getByRole("button", { name });
    const chart = await this.page.getByRole("region", { name: "Chart" }).boundingBox();
    if (!chart) throw new Error("there is no chart");
    const at = (share: number) => chart.y + chart.height * share;
    const box = async () => ((await line.isVisible()) ? await line.boundingBox() : null);
    let grip = await box();
    for (let pulls = 0; pulls < 20 && !(grip && grip.y < at(0.85)); pulls += 1) {
      // A line far from the market comes into sight when the scale is pulled together.
      await mouse.move(chart.x + chart.width - 30, at(0.35));
      await mouse.down();
      await mouse.move(chart.x + chart.width - 30, at(0.7), { steps: 4 });
      await mouse.up();
      await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      grip = await box();
    }
    if (!grip) throw new Error(`no line ${name}`);
    const [x, y] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
    await mouse.move(x, y);
    await mouse.down();
    await mouse.move(x, y - 20, { steps: 4 });
    await this.page.getByText(/% · .* ticks$/).waitFor();
    await mouse.up();
    await this.page.locator("[data-confirm]:focus").waitFor();
    await keyboard.press("Enter");
  }

  async tab(table: Table): Promise<void> {
    await this.page.getByRole("tab", { name: table }).click();
  }

  row(name: RegExp): Locator {
    return this.page.getByRole("row", { name });
  }

  /** The rows of one account as they are read: text by the head of its column. */
  async rows(table: Table, account: string): Promise<Record<string, string>[]> {
    await this.tab(table);
    const grid = this.page.getByRole("grid", { name: LABELS[table] });
    // A long table has only the rows in the DOM that are seen: this account's come first.
    const head = grid.getByRole("columnheader", { name: "Account" });
    for (let presses = 0; presses < 3 && (await head.getAttribute("aria-sort")) !== "ascending"; presses += 1) await head.getByRole("button").click();
    const all = await grid.evaluate((element) => {
      const heads = [...element.querySelectorAll("th")].map((cell) => cell.textContent.replace(/ [↑↓]$/, ""));
      return [...element.querySelectorAll("tr[data-row]")].map((row) => Object.fromEntries([...row.children].map((cell, at) => [heads[at] ?? "", cell.textContent])));
    });
    return all.filter((row) => row["Account"]?.endsWith(account));
  }
}
