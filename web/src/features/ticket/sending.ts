/** The life of one press of the button, pure: a key is kept until its outcome is certain. */
import { NoAnswer, Problem } from "@/lib/api/problem";
import type { Order, PlaceOrder, ProblemBody } from "@/lib/api/types";

export type Sending =
  | { state: "ready"; key: string; refusal: ProblemBody | null }
  | { state: "sending"; key: string; body: PlaceOrder; sinceMs: number }
  /** Nobody answered, or the venue has not: it may be live, so nothing else is sent. */
  | { state: "unknown"; key: string; body: PlaceOrder; sinceMs: number };

export type Happening =
  | { what: "edited"; newKey: string }
  | { what: "sent"; body: PlaceOrder; nowMs: number }
  | { what: "answered"; order: Order; newKey: string }
  | { what: "failed"; error: unknown; newKey: string }
  /** An order of ours, as the stream tells it. */
  | { what: "seen"; order: Order; newKey: string };

export function next(now: Sending, happening: Happening): Sending {
  switch (happening.what) {
    case "edited":
      // Another order needs another key; while one is on its way nothing can be edited.
      return now.state === "ready" ? { state: "ready", key: happening.newKey, refusal: null } : now;
    case "sent":
      // After silence the same body goes out under the same key: a second press cannot double.
      if (now.state === "unknown") return { ...now, state: "sending" };
      return now.state === "ready" ? { state: "sending", key: now.key, body: happening.body, sinceMs: happening.nowMs } : now;
    case "answered":
    case "seen":
      return settled(now, happening.order, happening.newKey);
    case "failed":
      return failed(now, happening.error, happening.newKey);
  }
}

function settled(now: Sending, order: Order, newKey: string): Sending {
  if (now.state === "ready" || order.idempotency_key !== now.key) return now;
  if (order.status === "UNKNOWN") return { ...now, state: "unknown" };
  return { state: "ready", key: newKey, refusal: null };
}

function failed(now: Sending, error: unknown, newKey: string): Sending {
  if (now.state !== "sending") return now;
  const isUnknown = error instanceof NoAnswer || !(error instanceof Problem) || error.body.error_code === "outcome_unknown" || error.status === 500;
  if (isUnknown) return { ...now, state: "unknown" };
  // "Try later" is the one refusal that does not spend the key.
  return { state: "ready", key: error.body.retry_possible ? now.key : newKey, refusal: error.body };
}
