/** Open, high, low, close of the bar under the pointer, else of the newest one. */
import { toneOf } from "@/components/Numbers";
import { sign, ZERO } from "@/lib/decimal/decimal";
import { format, percent, short } from "@/lib/decimal/format";
import type { Candle } from "@/lib/stream/protocol";
import { countdownOf } from "@/lib/time";
import { changeOf } from "../model";

export function Legend({ candle, digits, closesInMs }: { candle: Candle; digits: number; closesInMs: number | null }) {
  const change = changeOf(candle.open, candle.close);
  const tone = toneOf(sign(change ?? ZERO));
  // On a phone the close and the change say enough.
  const figure = (letter: string, value: string, colour = "") => (
    <span className={letter === "C" ? "" : "max-tablet:hidden"}><span className="text-text-3">{letter}</span> <span className={colour}>{format(value, { digits })}</span></span>
  );
  return (
    <div className="pointer-events-none absolute top-2 left-3.5 z-[2] flex max-w-[calc(100%-100px)] flex-wrap gap-x-3 rounded-[4px] bg-surface-1/82 py-px pr-1.5 whitespace-nowrap" data-live="">
      {figure("O", candle.open)}
      {figure("H", candle.high)}
      {figure("L", candle.low)}
      {figure("C", candle.close, tone)}
      <span className={tone}>{percent(change)}</span>
      <span className="max-tablet:hidden"><span className="text-text-3">Vol</span> {short(candle.volume)}</span>
      {closesInMs !== null && <span className="text-text-3 max-tablet:hidden">closes in {countdownOf(closesInMs)}</span>}
    </div>
  );
}
