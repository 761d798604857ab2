/** Says aloud what ended: fills, refusals. Rows show the same to the eye. */
import { announce } from "@/lib/announce";
import type { Ended } from "@/lib/desk/holdings";
import { SIDE_WORDS } from "@/lib/order/names";
import { format } from "@/lib/decimal/format";

export function announceEnded({ orders, fills }: Ended): void {
  for (const order of orders) {
    const what = `${SIDE_WORDS[order.side]} ${order.symbol}`;
    if (order.status === "FILLED") announce(`Filled ${format(order.filled)} ${what}, average ${format(order.average_price)}.`);
    else if (order.status === "REJECTED") announce(`Refused: ${what}. ${order.reason}`, "assertive");
    else announce(`${order.status === "CANCELLED" ? "Cancelled" : "Expired"}: ${what}.`);
  }
  if (orders.length === 0 && fills[0]) announce(`${fills.length} fills in ${fills[0].symbol}.`);
}
