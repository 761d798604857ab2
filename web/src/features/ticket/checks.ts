/** The rules of the ticket, pure: what is wrong, what it costs, and what would be sent. */
import type { Finding } from "@/components/DecimalField";
import type { Account, Balance, Instrument, PlaceOrder, Position } from "@/lib/api/types";
import {
  absolute, add, compare, decimal, divide, HUNDRED, isMultiple, multiply, parse, quantise, shortest, sign, subtract, text, ZERO, type Decimal,
} from "@/lib/decimal/decimal";
import { format, moneyDigits, percent } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { lotOf, notional, passivePrice, priceDigits, sizeDigits, sizeUnit, tickAt } from "@/lib/instrument";
import { hasPrice, hasTrigger, type Draft } from "./draft";

export interface Facts {
  account: Account;
  instrument: Instrument;
  bid: string | null;
  ask: string | null;
  last: string | null;
  balances: readonly Balance[];
  position: Position | null;
  /** Why nothing can be sent just now; null where something can. */
  closed: string | null;
  /** How old the prices are, where they are too old to trade at market. */
  oldPrices: string | null;
}

export type FieldName = "price" | "trigger" | "trail" | "size";

export interface Review {
  findings: Partial<Record<FieldName, Finding>>;
  /** Why the order cannot be sent, as the button says it; null when it is ready. */
  blocked: string | null;
  quantity: Decimal | null;
  value: Decimal | null;
  fee: Decimal | null;
  free: Decimal | null;
  after: Decimal | null;
  body: PlaceOrder | null;
}

const FAR = decimal("0.03");

export function review(draft: Draft, facts: Facts): Review {
  const { instrument } = facts;
  const findings: Review["findings"] = {};
  const price = hasPrice(draft.type) ? onGrid(draft.price, "price", draft, facts, findings) : null;
  const trigger = hasTrigger(draft.type) ? onGrid(draft.trigger, "trigger", draft, facts, findings) : null;
  const trail = draft.type === "TRAILING_STOP" ? readTrail(draft, findings) : null;
  const reference = price ?? trigger ?? parse(draft.side === "BUY" ? facts.ask : facts.bid) ?? parse(facts.last);
  if (price !== null && findings.price === undefined) nearMarket(price, draft, facts, findings);

  const free = freeOf(draft, facts, reference);
  const quantity = sized(draft, facts, reference, free, findings);
  const value = quantity !== null && reference !== null ? notional(instrument, reference, quantity) : null;
  if (quantity !== null && findings.size === undefined) bounded(quantity, value, free, draft, facts, findings);
  const fee = value === null ? null : multiply(value, decimal(draft.postOnly ? instrument.maker_fee : instrument.taker_fee));
  const held = parse(facts.position?.quantity) ?? ZERO;
  const after = quantity === null ? null : draft.side === "BUY" ? add(held, quantity) : subtract(held, quantity);
  const blocked = blockedBy(draft, facts, findings, { price, trigger, trail, quantity });
  const body = blocked === null && quantity !== null ? bodyOf(draft, facts, { price, trigger, trail, quantity }) : null;
  return { findings, blocked, quantity, value, fee, free, after, body };
}

function onGrid(typed: string, field: "price" | "trigger", draft: Draft, { instrument }: Facts, findings: Review["findings"]): Decimal | null {
  if (typed.trim() === "") return null;
  const read = readAmount(typed);
  const value = parse(read?.value);
  if (value === null || read?.percent || sign(value) <= 0) {
    findings[field] = { level: "problem", text: "This is not a price." };
    return null;
  }
  const tick = tickAt(instrument, value);
  if (isMultiple(value, tick)) return value;
  const nearest = field === "price" ? passivePrice(instrument, value, draft.side) : quantise(value, tick);
  const digits = priceDigits(instrument, value);
  findings[field] = {
    level: "problem",
    text: `Price steps are ${format(shortest(tick))}. Nearest: ${format(nearest, { digits })}`,
    use: { label: "Use nearest", value: text(nearest) },
  };
  return value;
}

function readTrail(draft: Draft, findings: Review["findings"]): Decimal | null {
  if (draft.trail.trim() === "") return null;
  const value = parse(readAmount(draft.trail)?.value);
  if (value !== null && sign(value) > 0 && compare(value, HUNDRED) < 0) return value;
  findings.trail = { level: "problem", text: "The distance is a part of the price, such as 0.5 %." };
  return null;
}

function nearMarket(price: Decimal, draft: Draft, { bid, ask }: Facts, findings: Review["findings"]): void {
  const opposite = parse(draft.side === "BUY" ? ask : bid);
  if (opposite === null) return;
  const isBuy = draft.side === "BUY";
  const difference = isBuy ? subtract(price, opposite) : subtract(opposite, price);
  if (sign(difference) < 0) return;
  const far = divide(difference, opposite, 4);
  if (draft.type !== "LIMIT") return;
  if (draft.postOnly) findings.price = { level: "problem", text: "Would fill now, so post-only would be refused." };
  else if (compare(far, FAR) >= 0) findings.price = { level: "note", text: `${percent(far, 1, false)} ${isBuy ? "above the ask" : "below the bid"}. Would fill now.` };
  else findings.price = { level: "note", text: "Would fill now as taker." };
}

/** What may be spent: quote for a buy and base for a sell of the thing itself, else the settle asset. */
function freeOf(draft: Draft, { instrument, balances }: Facts, reference: Decimal | null): Decimal | null {
  const isOwned = instrument.kind === "SPOT" || instrument.kind === "EQUITY";
  const asset = isOwned ? (draft.side === "BUY" ? instrument.quote : instrument.base) : instrument.settle;
  const free = parse(balances.find((balance) => balance.asset === asset)?.available);
  if (free === null || !isOwned || draft.side === "BUY") return free;
  return reference === null ? null : multiply(free, reference);
}

function sized(draft: Draft, { instrument }: Facts, reference: Decimal | null, free: Decimal | null, findings: Review["findings"]): Decimal | null {
  if (draft.size.trim() === "") return null;
  const read = readAmount(draft.size);
  const value = parse(read?.value);
  if (value === null || sign(value) <= 0) {
    findings.size = { level: "problem", text: "This is not a size." };
    return null;
  }
  const lot = lotOf(instrument, draft.type === "MARKET");
  if (draft.unit === "base" && !read?.percent) {
    if (isMultiple(value, lot)) return value;
    const nearest = quantise(value, lot, "floor");
    const use = sign(nearest) > 0 ? { label: "Use nearest", value: text(nearest) } : undefined;
    findings.size = { level: "problem", text: `Sizes are multiples of ${format(shortest(lot))}${use ? `. Nearest: ${format(nearest)}` : ""}`, use };
    return value;
  }
  if (reference === null) {
    findings.size = { level: "problem", text: "Without a price the size is not known." };
    return null;
  }
  const isPart = draft.unit === "percent" || read?.percent === true;
  if (isPart && free === null) {
    findings.size = { level: "problem", text: "What is free is not known." };
    return null;
  }
  const money = isPart ? divide(multiply(free ?? ZERO, value), HUNDRED, 12, "floor") : value;
  const per = instrument.inverse ? decimal(instrument.contract_size) : reference;
  const quantity = quantise(divide(money, per, 18, "floor"), lot, "floor");
  if (sign(quantity) > 0) return quantity;
  findings.size = { level: "problem", text: `Less than one step of ${format(shortest(lot))} ${sizeUnit(instrument)}.` };
  return null;
}

function bounded(quantity: Decimal, value: Decimal | null, free: Decimal | null, draft: Draft, { instrument }: Facts, findings: Review["findings"]): void {
  const lot = lotOf(instrument, draft.type === "MARKET");
  const unit = sizeUnit(instrument);
  const digits = sizeDigits(instrument);
  const offer = (size: Decimal) => (draft.unit === "base" ? { label: "Use", value: text(size) } : undefined);
  const least = decimal(instrument.min_quantity);
  const smallest = parse(instrument.min_notional);
  const most = parse(draft.type === "MARKET" ? (instrument.market_max_quantity ?? instrument.max_quantity) : instrument.max_quantity);
  if (compare(quantity, least) < 0) {
    findings.size = { level: "problem", text: `Smallest order is ${format(least, { digits })} ${unit}`, use: offer(least) };
  } else if (smallest !== null && value !== null && compare(value, smallest) < 0 && !draft.reduceOnly) {
    const enough = quantise(divide(multiply(smallest, quantity), value, 18, "ceiling"), lot, "ceiling");
    findings.size = {
      level: "problem",
      text: `Smallest order is ${format(shortest(smallest))} ${instrument.quote} (about ${format(enough, { digits })} ${unit})`,
      use: offer(enough),
    };
  } else if (most !== null && compare(quantity, most) > 0) {
    findings.size = { level: "problem", text: `Largest order is ${format(most, { digits })} ${unit}`, use: offer(most) };
  } else if (isFullyPaid(instrument) && !draft.reduceOnly && free !== null && value !== null && compare(value, free) > 0) {
    const money = moneyDigits(instrument.quote);
    const room = quantise(divide(multiply(quantity, free), value, 18, "floor"), lot, "floor");
    findings.size = {
      level: "problem",
      text: `Needs ${format(value, { digits: money, rounding: "ceiling" })} ${instrument.quote}, ${format(free, { digits: money, rounding: "floor" })} free`,
      use: sign(room) > 0 && draft.unit === "base" ? { label: "Reduce", value: text(room) } : undefined,
    };
  }
}

function isFullyPaid(instrument: Instrument): boolean {
  return instrument.kind === "SPOT";
}

interface Amounts {
  price: Decimal | null;
  trigger: Decimal | null;
  trail: Decimal | null;
  quantity: Decimal | null;
}

function blockedBy(draft: Draft, facts: Facts, findings: Review["findings"], { price, trigger, trail, quantity }: Amounts): string | null {
  if (facts.closed !== null) return facts.closed;
  const broken = (field: FieldName) => findings[field]?.level === "problem";
  if (hasTrigger(draft.type) && trigger === null && !broken("trigger")) return "Enter a trigger";
  if (broken("trigger")) return "Fix trigger";
  if (draft.type === "TRAILING_STOP" && trail === null && !broken("trail")) return "Enter a distance";
  if (broken("trail")) return "Fix distance";
  if (hasPrice(draft.type) && price === null && !broken("price")) return "Enter a price";
  if (broken("price")) return "Fix price";
  if (quantity === null && !broken("size")) return "Enter a size";
  if (broken("size")) return "Fix size";
  if (draft.type === "MARKET" && facts.oldPrices !== null) return facts.oldPrices;
  return null;
}

function bodyOf(draft: Draft, { account, instrument }: Facts, { price, trigger, trail, quantity }: Amounts): PlaceOrder {
  const isStop = draft.type.startsWith("STOP");
  // A stop waits for the price to run away, a profit for it to come; a sell is the mirror image.
  const direction = isStop === (draft.side === "BUY") ? "RISES_TO" : "FALLS_TO";
  return {
    account: account.id,
    symbol: instrument.symbol,
    side: draft.side,
    type: draft.type,
    quantity: text(absolute(quantity ?? ZERO)),
    ...(price === null ? {} : { limit_price: text(price) }),
    ...(trigger === null ? {} : { trigger: { price: text(trigger), direction, source: "LAST" } }),
    ...(trail === null ? {} : { trail: { offset_bps: text(shortest(multiply(trail, HUNDRED))), source: "LAST" } }),
    time_in_force: draft.timeInForce,
    post_only: draft.postOnly,
    reduce_only: draft.reduceOnly,
    position_side: "NET",
    metadata: {},
  };
}
