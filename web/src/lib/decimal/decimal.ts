/** Exact decimal arithmetic on text: a whole number of units of 10^-scale, in a BigInt. */

export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export type Rounding = "floor" | "ceiling" | "nearest";

const SHAPE = /^(-?)(\d+)(?:\.(\d+))?$/;
const LONGEST = 80;

/** Read plain digits, as the server writes them; null for anything else. */
export function parse(text: string | null | undefined): Decimal | null {
  const match = text != null && text.length <= LONGEST ? SHAPE.exec(text) : null;
  if (match === null) return null;
  const fraction = match[3] ?? "";
  const units = BigInt(`${match[2]}${fraction}`);
  return { units: match[1] ? -units : units, scale: fraction.length };
}

/** The same for text that is known to be a decimal, such as a constant or a field of an answer. */
export function decimal(text: string): Decimal {
  const read = parse(text);
  if (read === null) throw new Error(`not a decimal: ${text}`);
  return read;
}

export const ZERO = decimal("0");
export const ONE = decimal("1");
export const HUNDRED = decimal("100");

/** Plain digits, with the zeros that the scale says. */
export function text(value: Decimal): string {
  const digits = (value.units < 0n ? -value.units : value.units).toString().padStart(value.scale + 1, "0");
  const whole = digits.slice(0, digits.length - value.scale);
  const fraction = value.scale > 0 ? `.${digits.slice(digits.length - value.scale)}` : "";
  return `${value.units < 0n ? "-" : ""}${whole}${fraction}`;
}

/** The same value without zeros behind the point. */
export function shortest(value: Decimal): Decimal {
  let { units, scale } = value;
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units, scale };
}

function raised(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = a.scale > b.scale ? a.scale : b.scale;
  return { units: raised(a, scale) + raised(b, scale), scale };
}

export function negate(value: Decimal): Decimal {
  return { units: -value.units, scale: value.scale };
}

export function absolute(value: Decimal): Decimal {
  return value.units < 0n ? negate(value) : value;
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, negate(b));
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = a.scale > b.scale ? a.scale : b.scale;
  const [left, right] = [raised(a, scale), raised(b, scale)];
  return left < right ? -1 : left > right ? 1 : 0;
}

export function sign(value: Decimal): -1 | 0 | 1 {
  return value.units < 0n ? -1 : value.units > 0n ? 1 : 0;
}

export function least(a: Decimal, b: Decimal): Decimal {
  return compare(a, b) <= 0 ? a : b;
}

/** a / b with the given digits behind the point. b must not be zero. */
export function divide(a: Decimal, b: Decimal, scale: number, rounding: Rounding = "nearest"): Decimal {
  const shift = BigInt(scale + b.scale);
  const [over, under] = [a.units * 10n ** shift, b.units * 10n ** BigInt(a.scale)];
  return { units: quotient(over, under, rounding), scale };
}

/** The nearest value with the given digits behind the point. */
export function rescale(value: Decimal, scale: number, rounding: Rounding = "nearest"): Decimal {
  if (scale >= value.scale) return { units: raised(value, scale), scale };
  return { units: quotient(value.units, 10n ** BigInt(value.scale - scale), rounding), scale };
}

/** The multiple of ``step`` that ``rounding`` says, written with the digits of ``step``. */
export function quantise(value: Decimal, step: Decimal, rounding: Rounding = "nearest"): Decimal {
  const scale = value.scale > step.scale ? value.scale : step.scale;
  const steps = quotient(raised(value, scale), raised(step, scale), rounding);
  return { units: steps * step.units, scale: step.scale };
}

export function isMultiple(value: Decimal, step: Decimal): boolean {
  return compare(quantise(value, step, "floor"), value) === 0;
}

/** Ties go to the even neighbour, as the server rounds. */
function quotient(over: bigint, under: bigint, rounding: Rounding): bigint {
  if (under < 0n) [over, under] = [-over, -under];
  let floor = over / under;
  if (over % under < 0n) floor -= 1n;
  const rest = over - floor * under;
  if (rest === 0n || rounding === "floor") return floor;
  if (rounding === "ceiling") return floor + 1n;
  const twice = rest * 2n;
  if (twice !== under) return twice > under ? floor + 1n : floor;
  return floor % 2n === 0n ? floor : floor + 1n;
}
