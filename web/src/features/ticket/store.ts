/** The one ticket of the page: kept outside React, so that it outlives every panel. */
import { announce } from "@/lib/announce";
import { call } from "@/lib/api/client";
import { NoAnswer, Problem, sentence } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import type { PlaceOrder, Refusal } from "@/lib/api/types";
import { holdings, takeOrder } from "@/lib/desk/holdings";
import { createStore } from "@/lib/store";
import { orderWords } from "@/lib/order/names";
import { EMPTY_DRAFT, type Draft } from "./draft";
import { next, type Happening, type Sending } from "./sending";

const newKey = () => crypto.randomUUID();

export const draft = createStore<Draft>(EMPTY_DRAFT);
export const sending = createStore<Sending>({ state: "ready", key: newKey(), refusal: null });

/** Which field wants the keyboard; the number makes two wishes for one field differ. */
export const wish = createStore<{ field: "price" | "size" | "send" | null; number: number }>({ field: null, number: 0 });

export function focusField(field: "price" | "size" | "send"): void {
  wish.set({ field, number: wish.get().number + 1 });
}

export function edit(part: Partial<Draft>): void {
  if (sending.get().state !== "ready") return;
  draft.set({ ...draft.get(), ...part });
  happen({ what: "edited", newKey: newKey() });
}

/** Send what was checked, or once more what nobody answered. */
export async function place(checked: PlaceOrder | null): Promise<void> {
  const before = sending.get();
  const body = before.state === "unknown" ? before.body : checked;
  if (before.state === "sending" || body === null) return;
  happen({ what: "sent", body, nowMs: Date.now() });
  try {
    const order = await call("post", "/api/v1/orders", { body, headers: { "Idempotency-Key": before.key } });
    takeOrder(order);
    happen({ what: "answered", order, newKey: newKey() });
    announce(copy.recorded(orderWords(order)));
    if (sending.get().state === "ready") draft.set({ ...draft.get(), size: "" });
  } catch (error) {
    happen({ what: "failed", error, newKey: newKey() });
    const now = sending.get();
    if (now.state === "unknown") announce(copy.unknown, "assertive");
    else if (error instanceof Problem) announce(sentence(error.body.detail));
    else if (!(error instanceof NoAnswer)) throw error;
  }
}

holdings.subscribe(() => {
  const now = sending.get();
  if (now.state === "ready") return;
  const order = holdings.get().orders.find((each) => each.idempotency_key === now.key);
  if (order) happen({ what: "seen", order, newKey: newKey() });
});

/** What to write into the ticket so that this rule is kept; null where the server names no value. */
export function mending({ field, nearest }: Refusal): Partial<Draft> | null {
  if (!nearest) return null;
  switch (field) {
    case "limit_price":
      return { price: nearest };
    case "quantity":
      return { size: nearest, unit: "base" };
    case "value":
      return { size: nearest, unit: "quote" };
    case "trigger.price":
      return { trigger: nearest };
    case "trail.offset":
      return { trail: nearest, trailUnit: "quote" };
    case "trail.activation_price":
      return { activation: nearest };
    default:
      return null;
  }
}

function happen(happening: Happening): void {
  sending.set(next(sending.get(), happening));
}
