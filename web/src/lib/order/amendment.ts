/** What can be changed of an order that rests at a venue, and whether the new values would do: pure. */
import type { Account, ChangeOrder, Instrument, Order } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { add, compare, decimal, parse, quantise, sign, text, type Decimal } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import { lotOf, notional, sizeDigits, venueName } from "@/lib/instrument";
import { firesAtOnce, nearMarket, outOfBounds, readPrice, readSize, type Finding, type Market } from "./rules";

export type AmendField = "trigger_price" | "limit_price" | "quantity";
export type Typed = Partial<Record<AmendField, string>>;

export const AMEND_NAMES: Record<AmendField, string> = { trigger_price: "Trigger", limit_price: "Price", quantity: "Size" };

/** The value that an order has now. */
export function valueOf(order: Order, field: AmendField): string | null {
  return field === "quantity" ? order.quantity : field === "limit_price" ? order.limit_price : (order.trigger?.price ?? null);
}

/** What this order has that a change can be asked of. */
export function fieldsOf(order: Order): AmendField[] {
  return (["trigger_price", "limit_price", "quantity"] as const).filter((field) => valueOf(order, field) !== null);
}

/** The price at which the order stands on the chart; null where it stands at none. */
export function lineField(order: Order): "trigger_price" | "limit_price" | null {
  return order.trigger ? "trigger_price" : order.limit_price ? "limit_price" : null;
}

/** Why this order cannot be changed now; null where it can. */
export function whyFixed(order: Order, account: Account | undefined, closed: string | null): string | null {
  if (!account) return copy.accountUnknown;
  if (account.capabilities.amend !== "in_place") return copy.amendNotOffered(venueName(account.venue));
  if (fieldsOf(order).length === 0) return copy.amendNothing;
  if (order.status !== "OPEN" && order.status !== "PARTIALLY_FILLED") return copy.amendUnanswered;
  if (order.cancel_pending) return copy.cancelUnderWay;
  if (order.amend_pending) return copy.amendUnderWay;
  return closed;
}

export interface AmendReview {
  findings: Partial<Record<AmendField, Finding | undefined>>;
  /** Why it cannot be asked for; null when it can. */
  blocked: string | null;
  body: ChangeOrder | null;
}

export function reviewAmendment(order: Order, typed: Typed, instrument: Instrument, market: Market): AmendReview {
  const findings: AmendReview["findings"] = {};
  const changed: Partial<Record<AmendField, Decimal>> = {};
  const isMarket = order.type !== "LIMIT" && order.limit_price === null;
  for (const field of fieldsOf(order)) {
    const before = valueOf(order, field) ?? "";
    const words = typed[field] ?? before;
    const read = field === "quantity" ? readSize(words, instrument, isMarket) : readPrice(words, instrument, field === "limit_price" ? order.side : null);
    if (read.finding) findings[field] = read.finding;
    else if (read.value === null) findings[field] = { level: "problem", text: copy.amendEmpty(AMEND_NAMES[field]) };
    else if (compare(read.value, decimal(before)) !== 0) changed[field] = read.value;
  }
  const { limit_price: limit, trigger_price: trigger, quantity } = changed;
  if (limit && order.type === "LIMIT") findings.limit_price = nearMarket(limit, order.side, order.post_only, market);
  if (trigger && order.trigger?.source === "LAST") findings.trigger_price = firesAtOnce(trigger, order.trigger.direction, instrument, market);
  if (quantity) findings.quantity = sizeFinding(quantity, limit ?? parse(order.limit_price) ?? trigger ?? null, order, instrument, isMarket);
  const broken = Object.entries(findings).find(([, finding]) => finding?.level === "problem");
  const blocked = broken ? copy.amendBroken(AMEND_NAMES[broken[0] as AmendField]) : Object.keys(changed).length === 0 ? copy.amendSame : null;
  return { findings, blocked, body: blocked === null ? Object.fromEntries(Object.entries(changed).map(([field, value]) => [field, text(value)])) : null };
}

/** The new total counts what has filled; at least one step must be left to rest. */
function sizeFinding(quantity: Decimal, price: Decimal | null, order: Order, instrument: Instrument, isMarket: boolean): Finding | undefined {
  const filled = decimal(order.filled);
  if (sign(filled) > 0 && compare(quantity, filled) <= 0) {
    const lot = lotOf(instrument, isMarket);
    const least = add(quantise(filled, lot, "floor"), lot);
    const digits = sizeDigits(instrument);
    return { level: "problem", text: copy.amendBelowFilled(format(filled, { digits })), use: { label: `Use ${format(least, { digits })}`, value: text(least) } };
  }
  return outOfBounds(quantity, price && notional(instrument, price, quantity), instrument, { isMarket, reduceOnly: order.reduce_only });
}

/** What became of a change that was under way: null while it is, or where none was. */
export function settled(before: Order, now: Order): "changed" | "kept" | null {
  const asked = before.amend_pending;
  if (!asked || now.amend_pending) return null;
  const made = (["trigger_price", "limit_price", "quantity"] as const).every((field) => {
    const [wanted, is] = [parse(asked[field]), parse(valueOf(now, field))];
    return wanted === null || (is !== null && compare(wanted, is) === 0);
  });
  return made ? "changed" : "kept";
}
