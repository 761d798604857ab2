/** A line in the hand: it follows the pointer on the grid, and is sent only after it was let go and confirmed. */
import { announce } from "@/lib/announce";
import type { Instrument, Order } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { amending, stage, undo } from "@/lib/desk/amending";
import { lineField, valueOf } from "@/lib/order/amendment";
import { snapped } from "../model";

/** How much of the chart around a line takes hold of it. */
export const STRIP_PX = 12;
const BEGINS_PX = 3;

/** What the chart knows of heights, in pixels from its top. */
export interface Scale {
  heightOf(id: string): number | null;
  priceAt(height: number): string | null;
  /** Whether the scale stands still. */
  hold(isHeld: boolean): void;
}

export function drag(event: React.PointerEvent<HTMLElement>, order: Order, instrument: Instrument, scale: Scale, why: string | null): void {
  const field = lineField(order);
  const begunAt = scale.heightOf(order.order_id);
  if (event.button !== 0 || field === null || begunAt === null) return;
  event.preventDefault();
  if (why !== null) return announce(copy.cannotMove(why), "assertive");
  const { currentTarget: hand, pointerId, clientY } = event;
  const over = new AbortController();
  let isMoving = false;
  const isOurs = () => amending.get()?.orderId === order.order_id;
  const end = () => {
    if (over.signal.aborted) return;
    over.abort();
    scale.hold(false);
    if (!isMoving || !isOurs()) return;
    const [now, before] = [amending.get()?.typed[field], valueOf(order, field)];
    if (now === undefined || before === null || now === snapped(instrument, before)) return void undo();
    stage(order, {}, "chart");
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-confirm="${CSS.escape(order.order_id)}"]`)?.focus());
  };
  const move = (moved: PointerEvent) => {
    if (!isMoving && Math.abs(moved.clientY - clientY) < BEGINS_PX) return;
    // Esc, or the end of the order, takes it out of the hand.
    if (isMoving && !isOurs()) return end();
    if (!isMoving) scale.hold(true);
    isMoving = true;
    const at = scale.priceAt(begunAt + moved.clientY - clientY);
    const price = at === null ? null : snapped(instrument, at);
    if (price !== null) stage(order, { [field]: price }, "chart", "dragging");
  };
  hand.setPointerCapture(pointerId);
  hand.addEventListener("pointermove", move, { signal: over.signal });
  hand.addEventListener("pointerup", end, { signal: over.signal });
  hand.addEventListener("pointercancel", () => { undo(); end(); }, { signal: over.signal });
  hand.addEventListener("lostpointercapture", end, { signal: over.signal });
}
