/** The rules of the ticket, pure: what is wrong, what it costs, and what would be sent. */
import type { Account, Balance, Instrument, PlaceOrder, Position } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { absolute, add, compare, decimal, divide, HUNDRED, multiply, parse, quantise, rescale, shortest, sign, subtract, text, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { format, moneyDigits } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { isOwned, lotOf, notional, sizeUnit } from "@/lib/instrument";
import { directionOf, firesAtOnce, nearMarket, outOfBounds, readPrice, readSize, type Finding, type Market } from "@/lib/order/rules";
import { instantOf, localOf, momentOf } from "@/lib/time";
import { hasPrice, hasTrigger, isSizedByVenue, type Draft } from "./draft";

export interface Facts extends Market {
  account: Account;
  instrument: Instrument;
  balances: readonly Balance[];
  position: Position | null;
  /** Why nothing can be sent just now; null where something can. */
  closed: string | null;
  /** How old the prices are, where they are too old to trade at market. */
  oldPrices: string | null;
  /** For what ends at a time. */
  nowMs: number;
}

type FieldName = "price" | "trigger" | "trail" | "activation" | "size" | "expires";

export interface Review {
  findings: Partial<Record<FieldName, Finding>>;
  /** Why the order cannot be sent, as the button says it; null when it is ready. */
  blocked: string | null;
  quantity: Decimal | null;
  /** Money that the venue makes the size of; the quantity is an estimate then. */
  spend: Decimal | null;
  value: Decimal | null;
  fee: Decimal | null;
  free: Decimal | null;
  after: Decimal | null;
  body: PlaceOrder | null;
}

export function review(draft: Draft, facts: Facts): Review {
  const { instrument } = facts;
  const findings: Review["findings"] = {};
  const price = hasPrice(draft.type) ? readPriceOf("price", draft, facts, findings) : null;
  const trigger = hasTrigger(draft.type) ? readPriceOf("trigger", draft, facts, findings) : null;
  const trail = draft.type === "TRAILING_STOP" ? readTrail(draft, findings) : null;
  const activation = draft.type === "TRAILING_STOP" ? readPriceOf("activation", draft, facts, findings) : null;
  const expiresMs = draft.timeInForce === "GTD" ? readExpiry(draft, facts, findings) : null;
  const reference = price ?? trigger ?? parse(draft.side === "BUY" ? facts.ask : facts.bid) ?? parse(facts.last);

  const free = freeOf(draft, facts, reference);
  const spend = isSizedByVenue(draft, facts.account.capabilities) ? readSpend(draft, free, facts, findings) : null;
  const quantity = spend === null ? sized(draft, facts, reference, free, findings) : estimated(spend, facts, reference);
  const value = spend ?? (quantity !== null && reference !== null ? notional(instrument, reference, quantity) : null);
  if (spend === null && quantity !== null && findings.size === undefined) bounded(quantity, value, free, draft, facts, findings);
  const fee = value === null ? null : multiply(value, decimal(draft.postOnly ? instrument.maker_fee : instrument.taker_fee));
  const held = parse(facts.position?.quantity) ?? ZERO;
  const after = quantity === null ? null : draft.side === "BUY" ? add(held, quantity) : subtract(held, quantity);
  const amounts = { price, trigger, trail, activation, expiresMs, quantity, spend };
  const blocked = blockedBy(draft, facts, findings, amounts);
  return { findings, blocked, quantity, spend, value, fee, free, after, body: blocked === null ? bodyOf(draft, facts, amounts) : null };
}

/** On the grid first; then what it means at the market of this moment. */
function readPriceOf(field: "price" | "trigger" | "activation", draft: Draft, facts: Facts, findings: Review["findings"]): Decimal | null {
  const { value, finding } = readPrice(draft[field], facts.instrument, field === "price" ? draft.side : null);
  const near = finding || value === null ? finding
    : field === "trigger" && draft.source === "LAST" ? firesAtOnce(value, directionOf(draft.type, draft.side), facts.instrument, facts)
    : field === "price" && draft.type === "LIMIT" ? nearMarket(value, draft.side, draft.postOnly, facts) : undefined;
  if (near) findings[field] = near;
  return value;
}

function readTrail(draft: Draft, findings: Review["findings"]): Decimal | null {
  if (draft.trail.trim() === "") return null;
  const value = parse(readAmount(draft.trail)?.value);
  const isPart = draft.trailUnit === "percent";
  if (value !== null && sign(value) > 0 && (!isPart || compare(value, HUNDRED) < 0)) return value;
  findings.trail = { level: "problem", text: isPart ? copy.trailPart : copy.trailAmount };
  return null;
}

const MINUTE_MS = 60_000;
/** The last year that the server knows is 2261. */
const LATEST_MS = Date.UTC(2261, 0);

function readExpiry({ expires }: Draft, { nowMs }: Facts, findings: Review["findings"]): number | null {
  if (expires === "") return null;
  const atMs = instantOf(expires);
  if (atMs !== null && atMs > nowMs && atMs < LATEST_MS) return atMs;
  const nearest = localOf(atMs !== null && atMs >= LATEST_MS ? LATEST_MS - 2 * 86_400_000 : (Math.floor(nowMs / MINUTE_MS) + 2) * MINUTE_MS);
  const shown = momentOf(instantOf(nearest) ?? nowMs, nowMs);
  const words = atMs === null ? copy.noTime : atMs > nowMs ? copy.endTooFar(shown) : copy.endPassed(shown);
  findings.expires = { level: "problem", text: words, use: { label: copy.useNearest, value: nearest } };
  return null;
}

/** Money that the venue makes the size of: bounded by value, not by lots. */
function readSpend(draft: Draft, free: Decimal | null, { instrument }: Facts, findings: Review["findings"]): Decimal | null {
  const read = readAmount(draft.size);
  const value = parse(read?.value);
  if (draft.size.trim() === "" || value === null || read?.percent || sign(value) <= 0) return null;
  const [least, most] = [parse(instrument.min_notional), parse(instrument.max_notional)];
  const bound = (words: string, at: Decimal, label: string) => {
    findings.size = { level: "problem", text: words, use: sign(at) > 0 ? { label, value: text(shortest(at)) } : undefined };
  };
  if (least !== null && compare(value, least) < 0) bound(copy.tooSmall(`${format(shortest(least))} ${instrument.quote}`), least, "Use");
  else if (most !== null && compare(value, most) > 0) bound(copy.tooLarge(`${format(shortest(most))} ${instrument.quote}`), most, "Use");
  else if (isFullyPaid(instrument) && free !== null && compare(value, free) > 0) {
    const room = rescale(free, moneyDigits(instrument.quote), "floor");
    bound(copy.needs(`${format(value)} ${instrument.quote}`, format(room)), room, "Reduce");
  }
  return value;
}

function estimated(spend: Decimal, { instrument }: Facts, reference: Decimal | null): Decimal | null {
  const per = instrument.inverse ? decimal(instrument.contract_size) : reference;
  return per === null ? null : quantise(divide(spend, per, 18, "floor"), lotOf(instrument, true), "floor");
}

/** What may be spent: quote for a buy and base for a sell of the thing itself, else the settle asset. */
function freeOf(draft: Draft, { instrument, balances }: Facts, reference: Decimal | null): Decimal | null {
  const isPaidWhole = isOwned(instrument);
  const asset = isPaidWhole ? (draft.side === "BUY" ? instrument.quote : instrument.base) : instrument.settle;
  const free = parse(balances.find((balance) => balance.asset === asset)?.available);
  if (free === null || !isPaidWhole || draft.side === "BUY") return free;
  return reference === null ? null : multiply(free, reference);
}

function sized(draft: Draft, { instrument }: Facts, reference: Decimal | null, free: Decimal | null, findings: Review["findings"]): Decimal | null {
  if (draft.size.trim() === "") return null;
  const read = readAmount(draft.size);
  const value = parse(read?.value);
  if (value === null || sign(value) <= 0) {
    findings.size = { level: "problem", text: copy.noSize };
    return null;
  }
  if (draft.unit === "base" && !read?.percent) {
    const { finding } = readSize(draft.size, instrument, draft.type === "MARKET");
    if (finding) findings.size = finding;
    return value;
  }
  if (reference === null) {
    findings.size = { level: "problem", text: copy.sizeNeedsPrice };
    return null;
  }
  const isPart = draft.unit === "percent" || read?.percent === true;
  if (isPart && free === null) {
    findings.size = { level: "problem", text: copy.freeUnknown };
    return null;
  }
  const money = isPart ? divide(multiply(free ?? ZERO, value), HUNDRED, 12, "floor") : value;
  const lot = lotOf(instrument, draft.type === "MARKET");
  const per = instrument.inverse ? decimal(instrument.contract_size) : reference;
  const quantity = quantise(divide(money, per, 18, "floor"), lot, "floor");
  if (sign(quantity) > 0) return quantity;
  findings.size = { level: "problem", text: copy.underOneStep(`${format(shortest(lot))} ${sizeUnit(instrument)}`) };
  return null;
}

function bounded(quantity: Decimal, value: Decimal | null, free: Decimal | null, draft: Draft, { instrument }: Facts, findings: Review["findings"]): void {
  const isBase = draft.unit === "base";
  const isMarket = draft.type === "MARKET";
  const finding = outOfBounds(quantity, value, instrument, { isMarket, reduceOnly: draft.reduceOnly });
  if (finding) findings.size = { ...finding, use: isBase ? finding.use : undefined };
  else if (isFullyPaid(instrument) && !draft.reduceOnly && free !== null && value !== null && compare(value, free) > 0) {
    const money = moneyDigits(instrument.quote);
    const room = quantise(divide(multiply(quantity, free), value, 18, "floor"), lotOf(instrument, isMarket), "floor");
    findings.size = {
      level: "problem",
      text: copy.needs(`${format(value, { digits: money, rounding: "ceiling" })} ${instrument.quote}`, format(free, { digits: money, rounding: "floor" })),
      use: sign(room) > 0 && isBase ? { label: "Reduce", value: text(room) } : undefined,
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
  activation: Decimal | null;
  expiresMs: number | null;
  quantity: Decimal | null;
  spend: Decimal | null;
}

function blockedBy(draft: Draft, facts: Facts, findings: Review["findings"], { price, trigger, trail, expiresMs, quantity, spend }: Amounts): string | null {
  if (facts.closed !== null) return facts.closed;
  const broken = (field: FieldName) => findings[field]?.level === "problem";
  if (hasTrigger(draft.type) && trigger === null && !broken("trigger")) return "Enter a trigger";
  if (broken("trigger")) return "Fix trigger";
  if (draft.type === "TRAILING_STOP" && trail === null && !broken("trail")) return "Enter a distance";
  if (broken("trail")) return "Fix distance";
  if (broken("activation")) return "Fix activation";
  if (hasPrice(draft.type) && price === null && !broken("price")) return "Enter a price";
  if (broken("price")) return "Fix price";
  if (quantity === null && spend === null && !broken("size")) return "Enter a size";
  if (broken("size")) return "Fix size";
  if (draft.timeInForce === "GTD" && expiresMs === null && !broken("expires")) return "Enter an end";
  if (broken("expires")) return "Fix end";
  if (draft.type === "MARKET" && facts.oldPrices !== null) return facts.oldPrices;
  return null;
}

function bodyOf(draft: Draft, { account, instrument }: Facts, { price, trigger, trail, activation, expiresMs, quantity, spend }: Amounts): PlaceOrder {
  return {
    account: account.id,
    symbol: instrument.symbol,
    side: draft.side,
    type: draft.type,
    ...(spend === null ? { quantity: text(absolute(quantity ?? ZERO)) } : { value: text(spend) }),
    ...(price === null ? {} : { limit_price: text(price) }),
    ...(trigger === null ? {} : { trigger: { price: text(trigger), direction: directionOf(draft.type, draft.side), source: draft.source } }),
    ...(trail === null ? {} : {
      trail: {
        ...(draft.trailUnit === "percent" ? { offset_bps: text(shortest(multiply(trail, HUNDRED))) } : { offset: text(trail) }),
        ...(activation === null ? {} : { activation_price: text(activation) }),
        source: draft.source,
      },
    }),
    ...(expiresMs === null ? {} : { expires_at: new Date(expiresMs).toISOString() }),
    time_in_force: draft.timeInForce,
    post_only: draft.postOnly,
    reduce_only: draft.reduceOnly,
    position_side: "NET",
    metadata: {},
  };
}
