/** What stands in the ticket, as typed; nothing in it is sent before it was checked. */
import type { Capabilities, Instrument, OrderType, PriceSource, Side, TimeInForce } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { isOwned } from "@/lib/instrument";

export type SizeUnit = "base" | "quote" | "percent";
export type TrailUnit = "percent" | "quote";

export interface Draft {
  /** Which market the figures are meant for: "venue|symbol". */
  market: string;
  side: Side;
  type: OrderType;
  price: string;
  trigger: string;
  trail: string;
  trailUnit: TrailUnit;
  /** Where a trailing stop begins to follow; empty is at once. */
  activation: string;
  /** Which price sets off a trigger. */
  source: PriceSource;
  size: string;
  unit: SizeUnit;
  timeInForce: TimeInForce;
  /** Until when a GTD order waits: local time, as the field for it writes it. */
  expires: string;
  postOnly: boolean;
  reduceOnly: boolean;
}

export const EMPTY_DRAFT: Draft = {
  market: "", side: "BUY", type: "LIMIT", price: "", trigger: "", trail: "", trailUnit: "percent", activation: "", source: "LAST",
  size: "", unit: "base", timeInForce: "GTC", expires: "", postOnly: false, reduceOnly: false,
};

export function hasPrice(type: OrderType): boolean {
  return type === "LIMIT" || type === "STOP_LIMIT" || type === "TAKE_PROFIT_LIMIT";
}

export function hasTrigger(type: OrderType): boolean {
  return type !== "LIMIT" && type !== "MARKET" && type !== "TRAILING_STOP";
}

/** An amount of money that the venue makes a size of. */
export function isSizedByVenue(draft: Draft, capabilities: Capabilities): boolean {
  return draft.type === "MARKET" && draft.unit === "quote" && capabilities.quote_amounts;
}

/** Why this order cannot be post-only, whatever the account offers. */
export function neverRests({ type, timeInForce }: Draft): string | undefined {
  if (!hasPrice(type)) return copy.restsWithPrice;
  return timeInForce === "IOC" || timeInForce === "FOK" ? copy.neverRests(timeInForce) : undefined;
}

/** Why the account cannot be asked for this; undefined where it can. */
export function lacking(capabilities: Capabilities, venue: string, what: OrderType | TimeInForce | "post_only" | "reduce_only"): string | undefined {
  if (what === "post_only" || what === "reduce_only") return capabilities[what] ? undefined : copy.lacksFlag(venue, what === "post_only" ? "post-only" : "reduce-only");
  const offered: readonly string[] = [...capabilities.order_types, ...capabilities.times_in_force];
  return offered.includes(what) ? undefined : copy.notOffered(venue);
}

/** The same draft with only what the account offers for this instrument. */
export function fitted(draft: Draft, capabilities: Capabilities, instrument: Instrument): Draft {
  const type = capabilities.order_types.includes(draft.type) ? draft.type : (capabilities.order_types[0] ?? "LIMIT");
  const times = capabilities.times_in_force.filter((each) => type !== "MARKET" || each !== "GTD");
  const timeInForce = times.includes(draft.timeInForce) ? draft.timeInForce : times.includes("GTC") ? "GTC" : (times[0] ?? "GTC");
  return {
    ...draft,
    type,
    timeInForce,
    postOnly: draft.postOnly && capabilities.post_only && neverRests({ ...draft, type, timeInForce }) === undefined,
    reduceOnly: draft.reduceOnly && capabilities.reduce_only && !isOwned(instrument),
  };
}
