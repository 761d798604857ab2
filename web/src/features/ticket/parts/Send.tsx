/** The button that sends: it says exactly what will happen, or why nothing can. */
import { useEffect, useRef, useState } from "react";
import { environmentOf } from "@/lib/api/types";
import { format } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { priceDigits, sizeDigits, sizeUnit } from "@/lib/instrument";
import { useStore } from "@/lib/store";
import type { Facts, Review } from "../checks";
import { SIDE_NAMES, TYPE_NAMES } from "@/lib/order/names";
import { hasPrice, type Draft } from "../draft";
import { place, sending, wish } from "../store";

const GUARD_MS = 250;
const PHONE = "(max-width: 767px)";

export function Send({ draft, facts, checked }: { draft: Draft; facts: Facts; checked: Review }) {
  const now = useStore(sending);
  const button = useRef<HTMLButtonElement>(null);
  const pressedAt = useRef(0);
  const wanted = useStore(wish);
  useEffect(() => {
    if (wanted.field === "send") button.current?.focus();
  }, [wanted]);

  // A thumb slips: on a phone the first press shows what the second will send.
  const wording = JSON.stringify(checked.body);
  const [reviewed, setReviewed] = useState<string | null>(null);
  const isReviewed = reviewed === wording;

  const isReady = now.state === "ready" && checked.blocked === null;
  const send = () => {
    // The second half of a double press is no second order.
    if (!isReady || performance.now() - pressedAt.current < GUARD_MS) return;
    pressedAt.current = performance.now();
    if (matchMedia(PHONE).matches && !isReviewed) return setReviewed(wording);
    setReviewed(null);
    void place(checked.body);
  };
  const colour = draft.side === "BUY" ? "bg-buy-fill" : "bg-sell-fill";
  return (
    <button
      ref={button} type="button" aria-disabled={!isReady} onClick={send} id="send-order"
      className={`flex h-11 w-full shrink-0 flex-col items-center justify-center rounded-main leading-[17px] font-semibold ${isReady ? `${colour} text-on-fill hover:brightness-110` : "bg-surface-3 text-text-2"}`}
    >
      <span className="text-field leading-[17px] tracking-[-0.005em]">{now.state === "sending" ? "Sending…" : now.state === "unknown" ? "Waiting for certainty" : (checked.blocked ?? words(draft, facts, checked))}</span>
      {isReady && <small className="max-w-full truncate px-3 text-hint leading-[14px] font-normal">{isReviewed ? "press again to send · " : ""}{conditions(draft, facts)}</small>}
    </button>
  );
}

function words(draft: Draft, { instrument }: Facts, { quantity, spend }: Review): string {
  if (spend !== null) return `${SIDE_NAMES[draft.side]} for ${format(spend)} ${instrument.quote}`;
  return `${SIDE_NAMES[draft.side]} ${format(quantity, { digits: sizeDigits(instrument) })} ${sizeUnit(instrument)}`;
}

/** live · binance-main · up to 94,185.0 */
function conditions(draft: Draft, { account, instrument }: Facts): string {
  const isBuy = draft.side === "BUY";
  const bound = hasPrice(draft.type) ? `${isBuy ? "up to" : "down to"} ${format(readAmount(draft.price)?.value, { digits: priceDigits(instrument) })}` : TYPE_NAMES[draft.type].toLowerCase();
  return `${environmentOf(account)} · ${account.id} · ${bound}`;
}
