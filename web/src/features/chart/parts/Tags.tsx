/** The labels of our own lines, at the left edge, where their prices are; an order's line can be moved. */
import { useCallback } from "react";
import { Button } from "@/components/Controls";
import { Icon } from "@/components/Icon";
import { LiveText, toneOf } from "@/components/Numbers";
import type { Instrument, Order, Position } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { change, stage, undo } from "@/lib/desk/amending";
import { useAmendment } from "@/lib/desk/useAmendment";
import { absolute, decimal, divide, parse, sign, text } from "@/lib/decimal/decimal";
import { format, moneyDigits, percent } from "@/lib/decimal/format";
import { moved, priceDigits, unrealized } from "@/lib/instrument";
import { lineField } from "@/lib/order/amendment";
import { usePart, type Store } from "@/lib/store";
import type { Live } from "@/lib/stream/stream";
import { distanceOf, outcomeAt, type OwnLine } from "../model";
import { drag, STRIP_PX, type Scale } from "./dragging";

const EDGES = { buy: "border-buy", sell: "border-sell", position: "border-text-1" };

interface TagsProps {
  lines: readonly OwnLine[];
  position: Position | null;
  instrument: Instrument;
  ticker: Store<Live>;
  scale: Scale;
  onCancel(order: Order): void;
  whyFixed(order: Order): string | null;
  notChanged: ReadonlyMap<string, string>;
  place(element: HTMLElement | null, line: OwnLine, part: "tag" | "strip"): void;
}

export function Tags(props: TagsProps) {
  return props.lines.map((line) => (line.order ? <OrderTag key={line.id} {...props} line={line} order={line.order} /> : <PositionTag key={line.id} {...props} line={line} />));
}

const TAG = "absolute top-0 left-3.5 z-[2] flex h-[22px] items-center rounded-chip border bg-surface-2 whitespace-nowrap";

function PositionTag({ line, position, instrument, ticker, place }: TagsProps & { line: OwnLine }) {
  return (
    <div ref={(element) => place(element, line, "tag")} className={`${TAG} px-2 ${EDGES[line.kind]}`}>
      <span>{line.words}</span>
      {position && <Profit position={position} instrument={instrument} ticker={ticker} />}
    </div>
  );
}

function OrderTag({ line, order, instrument, position, ticker, scale, whyFixed, notChanged, onCancel, place }: TagsProps & { line: OwnLine; order: Order }) {
  const amendment = useAmendment(order, instrument, "chart");
  const why = whyFixed(order);
  const field = lineField(order);
  const price = (value: string) => format(value, { digits: priceDigits(instrument, parse(value)) });
  const grab = (event: React.PointerEvent<HTMLElement>) => drag(event, order, instrument, scale, amendment?.at.state === "sending" ? copy.amendUnderWay : why);
  const body = amendment?.review.body ?? null;
  const send = () => body && void change(order, body);
  const step = (event: React.KeyboardEvent) => {
    if (event.key === "Enter" && body) {
      event.preventDefault();
      return send();
    }
    const way = { ArrowUp: 1n, ArrowDown: -1n }[event.key];
    const at = parse(line.price);
    if (way === undefined || why !== null || field === null || at === null) return;
    event.preventDefault();
    stage(order, { [field]: text(moved(instrument, at, event.shiftKey ? way * 10n : way)) }, "chart");
  };
  const refused = notChanged.get(order.order_id);
  const broken = amendment?.at.refusal?.text ?? (field && amendment?.review.findings[field]?.text);
  const isStaged = line.phase === "staged";
  return (
    <>
      <div ref={(element) => place(element, line, "strip")} onPointerDown={grab} aria-hidden="true" style={{ height: STRIP_PX }} className={`absolute top-0 right-[72px] left-0 z-[1] touch-none ${why === null ? "cursor-ns-resize" : "cursor-not-allowed"}`} />
      <div ref={(element) => place(element, line, "tag")} className={`${TAG} ${EDGES[line.kind]} ${isStaged ? "z-[3]! bg-surface-3!" : ""} ${order.cancel_pending ? "text-text-3" : ""}`}>
        <button
          type="button" data-grip="" aria-label={copy.moveLine(line.words, price(line.price))} aria-disabled={why !== null} title={why ?? copy.moveHint} onPointerDown={grab} onKeyDown={step}
          className={`grid h-full w-5 touch-none place-items-center text-text-3 pointer-coarse:w-8 ${why === null ? "cursor-ns-resize hover:text-text-1" : "cursor-not-allowed opacity-50"}`}
        >
          <Icon name="grip" size={12} />
        </button>
        <span>{line.words}</span>
        {line.phase === "asked" && line.from && <span className="pl-1 text-text-3">{copy.movedFrom(price(line.from))}</span>}
        {line.phase === "firm" && <Outcome order={order} position={position} instrument={instrument} price={line.price} />}
        {line.phase === "firm" && refused && <span className="pl-1.5 text-warn" title={refused}>▲ not changed</span>}
        {isStaged && (
          <>
            <span className="pl-1.5 font-[550]">{price(line.price)}</span>
            <Away ticker={ticker} instrument={instrument} price={line.price} />
            <Outcome order={order} position={position} instrument={instrument} price={line.price} />
            {broken && <span className="max-w-80 truncate pl-1.5 text-danger" title={broken}>{broken}</span>}
            {amendment === null || amendment.at.state === "dragging" ? <span className="w-2" /> : (
              <span className="flex items-center gap-1 pr-px pl-2">
                <Button data-confirm={order.order_id} kind="main" className="h-[18px]!" disabled={amendment.at.state === "sending"} reason={amendment.at.state === "sending" ? null : amendment.review.blocked} onClick={send}>{amendment.at.state === "sending" ? "changing…" : "Change"}</Button>
                <Button className="h-[18px]!" disabled={amendment.at.state === "sending"} onClick={() => undo()}>Undo</Button>
              </span>
            )}
          </>
        )}
        {!isStaged && (
          <button type="button" aria-label={`Cancel ${line.words}`} disabled={order.cancel_pending} onClick={() => onCancel(order)} className="ml-2 grid h-full w-6 place-items-center border-l border-line text-text-2 hover:text-text-1">
            <Icon name="close" size={12} />
          </button>
        )}
      </div>
    </>
  );
}

/** How far from the last price, while it is moved. */
function Away({ ticker, instrument, price }: { ticker: Store<Live>; instrument: Instrument; price: string }) {
  const last = usePart(ticker, useCallback((live) => live.ticker?.last ?? null, []), 250);
  const away = distanceOf(instrument, price, last);
  return away && <span className="pl-1.5 text-text-2">{percent(away.part)} · {format(away.ticks, { signed: true })} ticks</span>;
}

/** What a stop or target would bring there. */
function Outcome({ order, position, instrument, price }: { order: Order; position: Position | null; instrument: Instrument; price: string }) {
  const outcome = outcomeAt(order, position, instrument, price);
  return outcome && <span className={`pl-1.5 ${toneOf(sign(outcome))}`}>{format(outcome, { digits: moneyDigits(instrument.settle), signed: true })}</span>;
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
