/** What is said of an order that a person should look at. Pure. */
import type { StuckOrder } from "@/lib/api/types";
import { sentence } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { ageOf, momentOf } from "@/lib/time";

/** The question, and for how long it has been open. */
export function questionOf({ question, since_at: since }: StuckOrder, nowMs: number): string {
  if (question === null) return copy.stuckNothing;
  const asked = sentence(question);
  return since === null ? asked : `${asked} ${copy.stuckSince(momentOf(Date.parse(since), nowMs), ageOf(nowMs - Date.parse(since)))}`;
}

/** What the venue was asked, and what it said. */
export function answersOf({ look_ups: times, last_asked_at: at, last_answer: answer }: StuckOrder, nowMs: number): string {
  if (times === 0 || at === null) return copy.stuckNotAsked;
  return copy.stuckLookUps(times, momentOf(Date.parse(at), nowMs), sentence(answer ?? copy.stuckNoAnswer));
}

/** What only a person can do about it, and where. */
export function decisionOf({ absence_provable: isProvable, actions, proposal, order }: StuckOrder): string | null {
  if (proposal !== null) return copy.stuckProposed(proposal.by, proposal.status.toLowerCase(), order.order_id);
  if (!actions.includes("decide")) return null;
  return isProvable ? copy.stuckDecidable : copy.stuckOnlyPerson;
}
