/** Numbers as people read them: grouped by the locale, zeros kept, a true minus sign. */
import { absolute, parse, rescale, sign, type Decimal, type Rounding } from "./decimal";

export const UNKNOWN = "—";
const MINUS = "\u2212";
const NARROW = "\u00a0";

const formats = new Map<string, Intl.NumberFormat>();
const locale = typeof navigator === "undefined" ? "en-US" : navigator.language;

function formatOf(digits: number): Intl.NumberFormat {
  const key = `${digits}`;
  let known = formats.get(key);
  if (!known) {
    known = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits, numberingSystem: "latn" });
    formats.set(key, known);
  }
  return known;
}

export interface Shown {
  digits?: number | undefined;
  signed?: boolean;
  rounding?: Rounding;
}

/** Format a value, or text from the server, with exactly ``digits`` behind the point. */
export function format(value: Decimal | string | null | undefined, { digits, signed = false, rounding = "nearest" }: Shown = {}): string {
  const read = typeof value === "string" ? parse(value) : (value ?? null);
  if (read === null) return UNKNOWN;
  const exact = rescale(read, digits ?? read.scale, rounding);
  const way = sign(exact);
  const plain = absolute(exact);
  // Intl reads decimal text exactly; a binary fraction never comes into being.
  const shown = formatOf(plain.scale).format(textOf(plain) as Intl.StringNumericLiteral);
  return `${way < 0 ? MINUS : way > 0 && signed ? "+" : ""}${shown}`;
}

function textOf(value: Decimal): string {
  const digits = value.units.toString().padStart(value.scale + 1, "0");
  const point = digits.length - value.scale;
  return value.scale > 0 ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits;
}

/** A rate of 0.0119 is shown as +1.19 %, with a space that does not break. */
export function percent(rate: Decimal | null, digits = 2, signed = true): string {
  if (rate === null) return UNKNOWN;
  return `${format({ units: rate.units * 100n, scale: rate.scale }, { digits, signed })}${NARROW}%`;
}

const SHORT: [bigint, string][] = [
  [1_000_000_000_000n, "T"],
  [1_000_000_000n, "B"],
  [1_000_000n, "M"],
  [10_000n, "K"],
];

/** Volume and market value only: 1.92 B. Never in the path of an order. */
export function short(value: string | null | undefined): string {
  const read = parse(value);
  if (read === null) return UNKNOWN;
  const whole = absolute(read).units / 10n ** BigInt(read.scale);
  for (const [from, letter] of SHORT) {
    if (whole < from) continue;
    const unit = letter === "K" ? 1_000n : from;
    const inUnits = { units: (read.units * 1_000n) / (unit * 10n ** BigInt(read.scale)), scale: 3 };
    return `${format(inUnits, { digits: 2 })}${NARROW}${letter}`;
  }
  return format(read, { digits: read.scale > 2 ? 2 : read.scale });
}

const MONEY_DIGITS: Record<string, number> = { BTC: 8, ETH: 6, JPY: 0, KRW: 0 };

/** How many digits money in this asset is shown with. */
export function moneyDigits(asset: string): number {
  return MONEY_DIGITS[asset] ?? 2;
}
