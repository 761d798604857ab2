/** The change of one order as a component sees it: what is typed, and whether it would do. */
import { useCallback, useMemo } from "react";
import type { Instrument, Order } from "@/lib/api/types";
import { reviewAmendment, type AmendReview } from "@/lib/order/amendment";
import { usePart } from "@/lib/store";
import { topicStore } from "@/lib/stream/stream";
import { amending, type Amending } from "./amending";

export interface Amendment {
  at: Amending;
  review: AmendReview;
}

/** Null while this order is not being changed there. Its market is known where somebody follows its ticker. */
export function useAmendment(order: Order, instrument: Instrument | null, place: Amending["place"]): Amendment | null {
  const at = usePart(amending, useCallback((now) => (now?.orderId === order.order_id && now.place === place ? now : null), [order.order_id, place]));
  const ticker = topicStore({ topic: "ticker", venue: instrument?.venue ?? "", symbol: order.symbol });
  const now = usePart(ticker, (live) => (at ? live.ticker : null), 250);
  return useMemo(() => {
    if (at === null || instrument === null) return null;
    const market = { bid: now?.bid ?? null, ask: now?.ask ?? null, last: now?.last ?? null };
    return { at, review: reviewAmendment(order, at.typed, instrument, market) };
  }, [at, order, instrument, now]);
}
