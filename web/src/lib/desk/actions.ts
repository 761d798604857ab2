/** What a person does with an order that is there: cancel it. */
import { announce } from "@/lib/announce";
import { copy } from "@/lib/copy";
import { call } from "@/lib/api/client";
import { told } from "@/lib/api/problem";
import type { Order } from "@/lib/api/types";
import { markCancel, takeOrder } from "./holdings";

/** Ask for a cancel. The row says so until the venue has answered. */
export async function cancelOrder(order: Order): Promise<void> {
  markCancel(order.order_id, true);
  try {
    takeOrder(await call("delete", "/api/v1/orders/{order_id}", { path: { order_id: order.order_id } }));
  } catch (error) {
    markCancel(order.order_id, false);
    announce(copy.notCancelled(told(error)), "assertive");
  }
}
