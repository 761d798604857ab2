/** What people type into a money field: grouping, 1k, 50 %, and sums that begin with =. */
import { add, decimal, multiply, negate, parse, shortest, text, type Decimal } from "./decimal";

interface Understood {
  readonly value: string;
  readonly percent: boolean;
}

const SUFFIX: Record<string, Decimal> = { k: decimal("1000"), m: decimal("1000000") };

/** The point of the reader's locale; where it is a comma, a dot groups. */
const localPoint = new Intl.NumberFormat(typeof navigator === "undefined" ? "en-US" : navigator.language)
  .formatToParts(1.5)
  .find((part) => part.type === "decimal")?.value;

/** Read one amount; null where it is none. The answer is plain digits with a dot. */
export function readAmount(typed: string, point = localPoint ?? "."): Understood | null {
  const trimmed = typed.trim();
  if (trimmed.startsWith("=")) return sum(trimmed.slice(1), point);
  const percent = trimmed.endsWith("%");
  const value = one(percent ? trimmed.slice(0, -1) : trimmed, point);
  return value === null ? null : { value: text(value), percent };
}

function one(typed: string, point: string): Decimal | null {
  const bare = typed.trim().toLowerCase();
  const factor = SUFFIX[bare.at(-1) ?? ""];
  const digits = (factor ? bare.slice(0, -1) : bare).replace(/[\s\u00a0\u202f'_]/g, "");
  const other = point === "." ? "," : ".";
  // As the locale writes it, else as the rest of the world does; never a guess between the two.
  const value = parse(plainDigits(digits, point, other) ?? plainDigits(digits, other, point));
  return value === null || !factor ? value : shortest(multiply(value, factor));
}

function plainDigits(digits: string, point: string, group: string): string | null {
  const [whole = "", fraction = "", ...more] = digits.split(point);
  if (more.length > 0 || !/^\d*$/.test(fraction) || `${whole}${fraction}` === "") return null;
  const [first = "", ...rest] = whole.split(group);
  // 0,500 is a half and no group: nobody groups behind a zero.
  const isGrouped = /^[1-9]\d{0,2}$/.test(first) && rest.every((part, at) => (at < rest.length - 1 ? /^\d{2,3}$/ : /^\d{3}$/).test(part));
  if (rest.length > 0 ? !isGrouped : !/^\d*$/.test(first)) return null;
  return `${first || "0"}${rest.join("")}${fraction === "" ? "" : `.${fraction}`}`;
}

function sum(typed: string, point: string): Understood | null {
  const terms = typed.replace(/\s/g, "").match(/[+-]?[^+-]+/g);
  if (terms?.join("").length !== typed.replace(/\s/g, "").length) return null;
  let total: Decimal | null = decimal("0");
  for (const term of terms) {
    const factors = term.replace(/^[+-]/, "").split("*").map((factor) => one(factor, point));
    let product: Decimal | null = decimal("1");
    for (const factor of factors) product = factor === null || product === null ? null : multiply(product, factor);
    if (product === null || total === null) return null;
    total = add(total, term.startsWith("-") ? negate(product) : product);
  }
  return { value: text(shortest(total)), percent: false };
}
