/** The one change of an order that a person is at, in its row or on the chart. */
import { announce } from "@/lib/announce";
import { call } from "@/lib/api/client";
import { explained, Problem } from "@/lib/api/problem";
import { isLive, type ChangeOrder, type Order, type Refusal } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { settled, type Typed } from "@/lib/order/amendment";
import { createStore } from "@/lib/store";
import { holdings, takeOrder } from "./holdings";

export interface Amending {
  orderId: string;
  typed: Typed;
  /** Where the hand is: there it is confirmed. */
  place: "row" | "chart";
  /** A line in the hand is not yet let go; only what was let go can be sent. */
  state: "dragging" | "editing" | "sending";
  refusal: { text: string; refusals: readonly Refusal[]; action: string } | null;
}

export const amending = createStore<Amending | null>(null);

/** Changes that were not made, by order: said in the row and on the chart until the next try. */
export const notChanged = createStore<ReadonlyMap<string, string>>(new Map());

/** Begin with these values, or go on with them where this order is being changed already. */
export function stage(order: Order, typed: Typed, place: Amending["place"], state: "dragging" | "editing" = "editing"): void {
  const now = amending.get();
  if (now?.state === "sending") return;
  const known = now?.orderId === order.order_id ? now : null;
  say(order.order_id, null);
  amending.set({ orderId: order.order_id, typed: { ...known?.typed, ...typed }, place, state, refusal: null });
}

/** Back to what the venue has. What is on its way already is not undone by this. */
export function undo(): boolean {
  const now = amending.get();
  if (now === null || now.state === "sending") return false;
  amending.set(null);
  return true;
}

/** Ask the venue. The row says "changing…" until it has answered. */
export async function change(order: Order, body: ChangeOrder): Promise<void> {
  const now = amending.get();
  if (now?.state !== "editing" || now.orderId !== order.order_id) return;
  amending.set({ ...now, state: "sending", refusal: null });
  try {
    takeOrder(await call("patch", "/api/v1/orders/{order_id}", { path: { order_id: order.order_id }, body }));
    amending.set(null);
    announce(copy.amendAsked);
  } catch (error) {
    if (error instanceof Problem && error.body.error_code !== "outcome_unknown") {
      const refusal = explained(error.body);
      amending.set({ ...now, state: "editing", refusal });
      announce(copy.notChanged(refusal.text), "assertive");
      return;
    }
    // Asked once more it is the same change, but first the stream says what became of this one.
    amending.set(null);
    say(order.order_id, copy.amendNoAnswer);
    announce(copy.amendNoAnswer, "assertive");
  }
}

let before: readonly Order[] = [];

holdings.subscribe(() => {
  const { orders } = holdings.get();
  if (orders === before) return;
  const known = new Map(orders.map((order) => [order.order_id, order]));
  for (const old of before) {
    const now = known.get(old.order_id);
    if (now && now !== old && settled(old, now) === "kept") {
      say(old.order_id, copy.amendKept);
      announce(copy.notChanged(copy.amendKept), "assertive");
    }
    if (!now && notChanged.get().has(old.order_id)) say(old.order_id, null);
  }
  before = orders;
  const at = amending.get();
  // An order that ended has nothing left to change.
  if (at && at.state !== "sending" && !orders.some((order) => order.order_id === at.orderId && isLive(order))) amending.set(null);
});

function say(orderId: string, words: string | null): void {
  const known = notChanged.get();
  if (words === null && !known.has(orderId)) return;
  const next = new Map(known);
  if (words === null) next.delete(orderId);
  else next.set(orderId, words);
  notChanged.set(next);
}
