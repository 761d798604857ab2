/**
 * The newest public trades, newest on top; it waits while the pointer rests on it.
 *
 * What does not fit wraps into a column that is out of sight, so that no row is ever cut in two.
 */
import { useState } from "react";
import { compare, decimal } from "@/lib/decimal/decimal";
import { format, percent } from "@/lib/decimal/format";
import { usePart, type Store } from "@/lib/store";
import type { PublicTrade } from "@/lib/stream/protocol";
import type { Live } from "@/lib/stream/stream";
import { centisecondsOf } from "@/lib/time";
import { buyShare, largeFrom } from "../tape";
import type { BookColumns } from "./Side";

const SHOWN = 40;

export function Tape({ store, digits }: { store: Store<Live>; digits: BookColumns }) {
  const live = usePart(store, (state) => state.trades, 100);
  const [held, setHeld] = useState<PublicTrade[] | null>(null);
  const trades = held ?? live;
  const first = held?.[0];
  const waiting = first ? live.findIndex((trade) => trade.id === first.id) : 0;
  const large = largeFrom(trades);
  const share = buyShare(trades);
  return (
    <>
      <div className="flex h-7 shrink-0 items-center justify-between pr-3 pl-[18px]">
        <h2 className="text-cell font-[550]">Trades</h2>
        <span className="text-hint text-text-3">{held ? `${waiting < 0 ? live.length : waiting} new` : share === null ? "" : `Buys ${percent(share, 0, false)}`}</span>
      </div>
      <div role="table" aria-label="Trades" className="mb-1 flex min-h-0 flex-1 flex-col flex-wrap overflow-hidden" onPointerEnter={() => setHeld(live)} onPointerLeave={() => setHeld(null)}>
        {trades.slice(0, SHOWN).map((trade, place) => (
          // By place: rows stay where they are and change their text.
          <div key={place} role="row" className="grid h-[18px] w-full grid-cols-[84px_1fr_1fr] items-center pr-3 pl-[18px]">
            <span role="cell" className={trade.taker === "SELL" ? "text-sell" : trade.taker === "BUY" ? "text-buy" : ""} data-live="">{format(trade.price, { digits: digits.price })}</span>
            <span role="cell" className={`text-right ${large && compare(decimal(trade.quantity), large) >= 0 ? "font-semibold" : ""}`} data-live="">{format(trade.quantity, { digits: digits.size })}</span>
            <span role="cell" className="text-right text-text-2" data-live="">{centisecondsOf(trade.at)}</span>
          </div>
        ))}
      </div>
    </>
  );
}
