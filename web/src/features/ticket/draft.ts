/** What stands in the ticket, as typed; nothing in it is sent before it was checked. */
import type { Capabilities, OrderType, Side, TimeInForce } from "@/lib/api/types";

export type SizeUnit = "base" | "quote" | "percent";

export interface Draft {
  /** Which market the figures are meant for: "venue|symbol". */
  market: string;
  side: Side;
  type: OrderType;
  price: string;
  trigger: string;
  trail: string;
  size: string;
  unit: SizeUnit;
  timeInForce: TimeInForce;
  postOnly: boolean;
  reduceOnly: boolean;
}

export const EMPTY_DRAFT: Draft = {
  market: "", side: "BUY", type: "LIMIT", price: "", trigger: "", trail: "", size: "", unit: "base", timeInForce: "GTC", postOnly: false, reduceOnly: false,
};

export const TYPE_NAMES: Record<OrderType, string> = {
  LIMIT: "Limit", MARKET: "Market", STOP_MARKET: "Stop", STOP_LIMIT: "Stop limit", TAKE_PROFIT_MARKET: "Take profit",
  TAKE_PROFIT_LIMIT: "Take profit limit", TRAILING_STOP: "Trailing stop",
};

export function hasPrice(type: OrderType): boolean {
  return type === "LIMIT" || type === "STOP_LIMIT" || type === "TAKE_PROFIT_LIMIT";
}

export function hasTrigger(type: OrderType): boolean {
  return type !== "LIMIT" && type !== "MARKET" && type !== "TRAILING_STOP";
}

/** Why the account cannot be asked for this; undefined where it can. */
export function lacking(capabilities: Capabilities, venue: string, what: OrderType | TimeInForce | "post_only" | "reduce_only"): string | undefined {
  if (what === "post_only" || what === "reduce_only") return capabilities[what] ? undefined : `${venue} has no ${what === "post_only" ? "post-only" : "reduce-only"}`;
  const offered: readonly string[] = [...capabilities.order_types, ...capabilities.times_in_force];
  return offered.includes(what) ? undefined : `${venue} does not offer it`;
}

/** The same draft with only what the account offers. */
export function fitted(draft: Draft, capabilities: Capabilities): Draft {
  const type = capabilities.order_types.includes(draft.type) ? draft.type : (capabilities.order_types[0] ?? "LIMIT");
  return {
    ...draft,
    type,
    timeInForce: capabilities.times_in_force.includes(draft.timeInForce) ? draft.timeInForce : (capabilities.times_in_force[0] ?? "GTC"),
    postOnly: draft.postOnly && capabilities.post_only && hasPrice(type),
    reduceOnly: draft.reduceOnly && capabilities.reduce_only,
  };
}
