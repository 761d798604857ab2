/** What a person does at the page, and sees there. */
import type { Page } from "playwright-core";
import type { Gateway } from "../gateway/gateway.ts";

export type Flow = (page: Page, gateway: Gateway) => Promise<void>;

export const size = (page: Page) => page.getByRole("textbox", { name: "Size", exact: true });
export const price = (page: Page) => page.getByRole("textbox", { name: "Price", exact: true });
export const send = (page: Page) => page.locator("#send-order");

export async function typeOrder(page: Page, quantity: string, at: string): Promise<void> {
  await page.keyboard.press("b");
  await page.keyboard.type(quantity);
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await page.keyboard.type(at);
}

/** An attribute of what has the keyboard, or its text. */
export const inHand = (page: Page, attribute: string | null) => page.evaluate((name) => {
  const hand = document.activeElement;
  return (name === null ? hand?.textContent : hand?.getAttribute(name)) ?? "";
}, attribute);

export async function openOrder(page: Page, id: string) {
  await page.getByRole("tab", { name: /Open orders/ }).click();
  const row = page.locator(`tr[data-row="${id}"]`);
  await row.waitFor();
  return row;
}

/** Fifteen minutes a bar: the lines of our orders are in sight, and stand still when the bars have come. */
export async function showLines(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "15m" }).click();
  await page.getByRole("button", { name: /^Limit sell 0.200 at 94,980.0/ }).waitFor();
  await page.waitForFunction(() => {
    const grips = [...document.querySelectorAll<HTMLElement>("[data-grip]")].filter((grip) => grip.checkVisibility({ visibilityProperty: true }));
    const heights = grips.map((grip) => Math.round(grip.getBoundingClientRect().top)).join();
    const seen = window as unknown as { heights?: string; frames?: number };
    seen.frames = seen.heights === heights ? (seen.frames ?? 0) + 1 : 0;
    seen.heights = heights;
    return grips.length === 3 && seen.frames >= 15;
  });
}
