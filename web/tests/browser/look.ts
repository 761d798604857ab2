/** `npm run look`: photographs of the page in both themes and at every width it is made for. */
import { mkdirSync } from "node:fs";
import { startGateway } from "../gateway/gateway.ts";
import { inBrowser } from "./browser.ts";

const PICTURES = process.argv[2] ?? "pictures";
const SIZES: [string, number, number][] = [["1600", 1600, 1000], ["1280", 1280, 800], ["1024", 1024, 768], ["phone", 390, 844]];

mkdirSync(PICTURES, { recursive: true });
const gateway = await startGateway({ token: "look" });
for (const [name, width, height] of SIZES) {
  for (const theme of ["dark", "light"]) {
    await inBrowser({ width, height }, theme === "dark", async (context) => {
      const page = context.pages()[0] ?? (await context.newPage());
      page.on("console", (message) => message.type() === "error" && console.log(name, theme, message.text()));
      page.on("pageerror", (error) => console.log(name, theme, error.message));
      await page.goto(`${gateway.url}/#token=look`);
      await page.waitForTimeout(2_500);
      if (width >= 1280) {
        await page.getByRole("textbox", { name: "Size", exact: true }).fill("0.75");
        await page.waitForTimeout(400);
      }
      await page.screenshot({ path: `${PICTURES}/trade-${name}-${theme}.png` });
    });
  }
}
await gateway.close();
