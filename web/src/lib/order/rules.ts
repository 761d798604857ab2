/** The rules of one price and one size, pure: what is wrong with it, and the nearest value that would pass. */
import type { Instrument, Order, Side } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { compare, decimal, divide, isMultiple, multiply, parse, quantise, shortest, sign, subtract, text, type Decimal } from "@/lib/decimal/decimal";
import { format, percent } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { lotOf, moved, passivePrice, priceDigits, sizeDigits, sizeUnit, tickAt } from "@/lib/instrument";

export interface Finding {
  level: "problem" | "note";
  text: string;
  use?: { label: string; value: string } | undefined;
}

export interface Read {
  value: Decimal | null;
  finding?: Finding;
}

export interface Market {
  bid: string | null;
  ask: string | null;
  last: string | null;
}

const FAR = decimal("0.03");

const problem = (words: string, use?: Finding["use"]): Finding => ({ level: "problem", text: words, use });

/** A price on the grid. A limit price is rounded to the safer side; without a side to the nearest. */
export function readPrice(typed: string, instrument: Instrument, side: Side | null): Read {
  if (typed.trim() === "") return { value: null };
  const read = readAmount(typed);
  const value = parse(read?.value);
  if (value === null || read?.percent || sign(value) <= 0) return { value: null, finding: problem(copy.noPrice) };
  const tick = tickAt(instrument, value);
  if (isMultiple(value, tick)) return { value };
  const nearest = side === null ? quantise(value, tick) : passivePrice(instrument, value, side);
  const digits = priceDigits(instrument, value);
  const words = copy.offGrid(format(shortest(tick)), format(nearest, { digits }));
  return { value, finding: problem(words, { label: copy.useNearest, value: text(nearest) }) };
}

/** What a resting price means at the market of this moment. */
export function nearMarket(price: Decimal, side: Side, postOnly: boolean, { bid, ask }: Market): Finding | undefined {
  const isBuy = side === "BUY";
  const opposite = parse(isBuy ? ask : bid);
  if (opposite === null) return undefined;
  const difference = isBuy ? subtract(price, opposite) : subtract(opposite, price);
  if (sign(difference) < 0) return undefined;
  const far = divide(difference, opposite, 4);
  if (postOnly) return problem(copy.crossesPostOnly);
  if (compare(far, FAR) < 0) return { level: "note", text: copy.crosses };
  return { level: "note", text: copy.crossesFar(percent(far, 1, false), isBuy) };
}

export type Direction = NonNullable<Order["trigger"]>["direction"];

/** A stop waits for the price to run away, a profit for it to come; a sell is the mirror image. */
export function directionOf(type: Order["type"], side: Side): Direction {
  return type.startsWith("STOP") === (side === "BUY") ? "RISES_TO" : "FALLS_TO";
}

/** A trigger that the last price has passed already would fire at once. */
export function firesAtOnce(trigger: Decimal, direction: Direction, instrument: Instrument, { last }: Market): Finding | undefined {
  const now = parse(last);
  if (now === null) return undefined;
  const rises = direction === "RISES_TO";
  if (rises ? compare(trigger, now) > 0 : compare(trigger, now) < 0) return undefined;
  const nearest = moved(instrument, now, rises ? 1n : -1n);
  const digits = priceDigits(instrument, now);
  const words = copy.firesAtOnce(format(now, { digits }), format(nearest, { digits }));
  return problem(words, { label: copy.useNearest, value: text(nearest) });
}

/** A size in the units that the instrument counts. */
export function readSize(typed: string, instrument: Instrument, isMarket: boolean): Read {
  if (typed.trim() === "") return { value: null };
  const read = readAmount(typed);
  const value = parse(read?.value);
  if (value === null || read?.percent || sign(value) <= 0) return { value: null, finding: problem(copy.noSize) };
  const lot = lotOf(instrument, isMarket);
  if (isMultiple(value, lot)) return { value };
  const nearest = quantise(value, lot, "floor");
  const use = sign(nearest) > 0 ? { label: copy.useNearest, value: text(nearest) } : undefined;
  return { value, finding: problem(copy.offLot(format(shortest(lot)), use ? format(nearest) : null), use) };
}

interface Bounds {
  isMarket: boolean;
  reduceOnly: boolean;
}

/** The smallest and the largest order of the instrument. */
export function outOfBounds(quantity: Decimal, value: Decimal | null, instrument: Instrument, { isMarket, reduceOnly }: Bounds): Finding | undefined {
  const lot = lotOf(instrument, isMarket);
  const unit = sizeUnit(instrument);
  const digits = sizeDigits(instrument);
  const offer = (size: Decimal) => ({ label: "Use", value: text(size) });
  const least = decimal(instrument.min_quantity);
  if (compare(quantity, least) < 0) return problem(copy.tooSmall(`${format(least, { digits })} ${unit}`), offer(least));
  const smallest = parse(instrument.min_notional);
  if (smallest !== null && value !== null && compare(value, smallest) < 0 && !reduceOnly) {
    const enough = quantise(divide(multiply(smallest, quantity), value, 18, "ceiling"), lot, "ceiling");
    return problem(copy.tooSmall(`${format(shortest(smallest))} ${instrument.quote}`, `${format(enough, { digits })} ${unit}`), offer(enough));
  }
  const most = parse(isMarket ? (instrument.market_max_quantity ?? instrument.max_quantity) : instrument.max_quantity);
  if (most !== null && compare(quantity, most) > 0) return problem(copy.tooLarge(`${format(most, { digits })} ${unit}`), offer(most));
  return undefined;
}
