/** The labels of our own lines, at the left edge, where their prices are. */
import { Icon } from "@/components/Icon";
import { LiveText, toneOf } from "@/components/Numbers";
import type { Order, Position } from "@/lib/api/types";
import { absolute, decimal, divide, sign } from "@/lib/decimal/decimal";
import { format, moneyDigits, percent } from "@/lib/decimal/format";
import { unrealized } from "@/lib/instrument";
import type { Instrument } from "@/lib/api/types";
import type { Store } from "@/lib/store";
import type { Live } from "@/lib/stream/stream";
import type { OwnLine } from "../model";

const EDGES = { buy: "border-buy", sell: "border-sell", position: "border-text-1" };

interface TagsProps {
  lines: readonly OwnLine[];
  position: Position | null;
  instrument: Instrument;
  ticker: Store<Live>;
  onCancel(order: Order): void;
  place(element: HTMLElement | null, line: OwnLine): void;
}

export function Tags({ lines, position, instrument, ticker, onCancel, place }: TagsProps) {
  return lines.map((line) => (
    <div key={line.id} ref={(element) => place(element, line)} className={`absolute top-0 left-3.5 z-[1] flex h-[22px] items-center rounded-chip border bg-surface-2 pl-2 whitespace-nowrap ${EDGES[line.kind]} ${line.order?.cancel_pending ? "opacity-60" : ""}`}>
      <span>{line.words}</span>
      {line.order === null && position && <Profit position={position} instrument={instrument} ticker={ticker} />}
      {line.order && (
        <button type="button" aria-label={`Cancel ${line.words}`} disabled={line.order.cancel_pending} onClick={() => line.order && onCancel(line.order)} className="ml-2 grid h-full w-6 place-items-center border-l border-line text-text-2 hover:text-text-1">
          <Icon name="close" size={12} />
        </button>
      )}
      {line.order === null && <span className="w-2" />}
    </div>
  ));
}

function Profit({ position, instrument, ticker }: { position: Position; instrument: Instrument; ticker: Store<Live> }) {
  const profitAt = ({ ticker: now }: Live) => {
    const mark = now?.mark ?? now?.last;
    return mark ? unrealized(instrument, position.quantity, position.cost, mark) : null;
  };
  const show = (live: Live) => {
    const profit = profitAt(live);
    if (profit === null) return "";
    const cost = absolute(decimal(position.cost));
    const part = sign(cost) === 0 ? "" : ` ${percent(divide(profit, cost, 6))}`;
    return `\u00a0${format(profit, { digits: moneyDigits(instrument.settle), signed: true })}${part}`;
  };
  const tone = (live: Live) => toneOf(sign(profitAt(live) ?? decimal("0")));
  return <LiveText store={ticker} show={show} tone={tone} className="pl-1" />;
}
