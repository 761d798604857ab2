/** The rules of one instrument: which prices and sizes exist, and how they are written. */
import type { Instrument, Side } from "@/lib/api/types";
import { absolute, compare, decimal, ONE, parse, quantise, shortest, subtract, add, multiply, type Decimal } from "@/lib/decimal/decimal";

/** The distance between two valid prices near ``price``. */
export function tickAt(instrument: Instrument, price: Decimal): Decimal {
  const rule = instrument.price_rule;
  switch (rule.type) {
    case "FixedTick":
      return decimal(rule.tick);
    case "SignificantFigures": {
      const whole = absolute(price).units === 0n ? 1 : absolute(price).units.toString().length - price.scale;
      const digits = Math.min(Math.max(rule.figures - whole, 0), rule.max_decimals);
      return { units: 1n, scale: digits };
    }
    case "TickBands": {
      let tick = ONE;
      for (const [from = "0", step = "1"] of rule.bands) if (compare(decimal(from), absolute(price)) <= 0) tick = decimal(step);
      return tick;
    }
  }
}

/** How many digits prices of this instrument are shown with: one form for a whole column. */
export function priceDigits(instrument: Instrument | null, near?: Decimal | null): number {
  if (instrument === null) return 2;
  return shortest(tickAt(instrument, near ?? ONE)).scale;
}

export function sizeDigits(instrument: Instrument | null): number {
  return instrument === null ? 4 : shortest(decimal(instrument.lot)).scale;
}

export function lotOf(instrument: Instrument, market: boolean): Decimal {
  return decimal((market ? instrument.market_lot : null) ?? instrument.lot);
}

/** Towards the safer side: a buy never pays more, a sell never takes less. */
export function passivePrice(instrument: Instrument, price: Decimal, side: Side): Decimal {
  return quantise(price, tickAt(instrument, price), side === "BUY" ? "floor" : "ceiling");
}

/** ``price`` moved by so many ticks; never under one tick. */
export function moved(instrument: Instrument, price: Decimal, ticks: bigint): Decimal {
  const tick = tickAt(instrument, price);
  const next = quantise(add(price, { units: tick.units * ticks, scale: tick.scale }), tick);
  return compare(next, tick) < 0 ? tick : next;
}

/** Value in quote units. */
export function notional(instrument: Instrument, price: Decimal, quantity: Decimal): Decimal {
  return multiply(quantity, instrument.inverse ? decimal(instrument.contract_size) : price);
}

/** Profit of an open position at ``mark``, in the units of its cost. */
export function unrealized(instrument: Instrument, quantity: string, cost: string, mark: string): Decimal | null {
  const [held, paid, at] = [parse(quantity), parse(cost), parse(mark)];
  if (held === null || paid === null || at === null || instrument.inverse) return null;
  return subtract(multiply(held, at), paid);
}

/** The thing itself, not a contract on it: it is sold, and there is nothing to reduce. */
export function isOwned(instrument: Instrument): boolean {
  return instrument.kind === "SPOT" || instrument.kind === "EQUITY";
}

/** What the quantity counts. */
export function sizeUnit(instrument: Instrument): string {
  return instrument.inverse ? "contracts" : instrument.base;
}

const KINDS: Record<string, string> = { SPOT: "Spot", PERPETUAL: "Perpetual", FUTURE: "Future", OPTION: "Option", EQUITY: "Stock" };

export function kindOf(instrument: Instrument): string {
  return KINDS[instrument.kind] ?? instrument.kind;
}

/** ``paper:binance`` is shown as "Paper Binance". */
export function venueName(venue: string): string {
  const [first = "", second] = venue.split(":");
  const word = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  return first === "paper" && second ? `Paper ${word(second)}` : word(first);
}
