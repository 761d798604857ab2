/** Times what a person waits for: `tsx firstMinute.ts CLONE DATA BEGUN_MS` prints the seconds as JSON. */
import assert from "node:assert/strict";
import { inBrowser } from "../browser/browser.ts";
import { Program } from "./program.ts";
import { Terminal } from "./terminal.ts";

const [root, data, begun] = process.argv.slice(2);
assert.ok(root && data && begun, "CLONE DATA BEGUN_MS are asked for");
const since = (ms: number) => (Date.now() - ms) / 1_000;

const begunMs = parseFloat(begun);
let program = await Program.start({ root, data });
const first = { api_s: since(begunMs), prices_s: 0, fill_s: 0 };
const second = { api_s: 0, prices_s: 0 };
try {
  await inBrowser({ width: 1600, height: 1000 }, true, async (context) => {
    const terminal = await Terminal.open(context, program.page);
    await terminal.showsPrices();
    first.prices_s = since(begunMs);
    await terminal.chooseType("Market");
    await terminal.typeSize("0.01");
    await terminal.send();
    await terminal.tab("Fills");
    await terminal.row(/binance-paper.*0\.01000.*taker/).waitFor();
    first.fill_s = since(begunMs);

    await program.stop();
    const againMs = Date.now();
    program = await Program.start({ root, data });
    second.api_s = since(againMs);
    await (await Terminal.open(context, program.page)).showsPrices();
    second.prices_s = since(againMs);
  });
} finally {
  await program.kill();
}
console.log(JSON.stringify({ first, second }));
