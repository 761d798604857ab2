/** Names for what the API answers. Shapes come from its own description. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Account = Schemas["AccountView"];
export type Balance = Schemas["BalanceView"];
export type Capabilities = Schemas["Capabilities"];
export type ChangeOrder = Schemas["ChangeOrder"];
export type Fill = Schemas["Fill"];
export type Instrument = Schemas["Instrument"];
export type Order = Schemas["OrderView"];
export type OrderStatus = Schemas["OrderStatus"];
export type OrderType = Schemas["OrderType"];
export type PlaceOrder = Schemas["PlaceOrder"];
export type Position = Schemas["PositionView"];
export type PriceSource = Schemas["PriceSource"];
export type ProblemBody = Schemas["Problem"];
export type Refusal = Schemas["Refusal"];
export type Side = Schemas["Side"];
export type StopReport = Schemas["StopReport"];
export type StopView = Schemas["StopView"];
export type StuckOrder = Schemas["StuckView"];
export type TimeInForce = Schemas["TimeInForce"];

export type Environment = "live" | "paper" | "sandbox";

export function environmentOf(account: { environment: string }): Environment {
  return account.environment === "paper" || account.environment === "sandbox" ? account.environment : "live";
}

const FINAL: readonly OrderStatus[] = ["FILLED", "CANCELLED", "REJECTED", "EXPIRED"];

export function isLive(order: Order): boolean {
  return !FINAL.includes(order.status);
}

/** Open rows come in the same order everywhere: newest first. */
export function newestFirst(a: { created_ns: string | null }, b: { created_ns: string | null }): number {
  return laterFirst(a.created_ns, b.created_ns);
}

/** Times in nanoseconds, as text: the later one first, what has none last. */
export function laterFirst(a: string | null, b: string | null): number {
  const [left, right] = [a ?? "", b ?? ""];
  return left.length !== right.length ? right.length - left.length : right < left ? -1 : right > left ? 1 : 0;
}
