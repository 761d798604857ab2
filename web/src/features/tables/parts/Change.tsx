/** Changing an order in its row: fields in place, and a line below that says what is wrong or what to do. */
import { useEffect, useRef } from "react";
import { Button } from "@/components/Controls";
import { DecimalInput } from "@/components/DecimalField";
import type { Instrument, Order } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { change, stage, undo } from "@/lib/desk/amending";
import { useAmendment } from "@/lib/desk/useAmendment";
import { add, decimal, parse, quantise, sign, text } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { lotOf, moved, priceDigits, sizeDigits } from "@/lib/instrument";
import { AMEND_NAMES, fieldsOf, valueOf, type AmendField } from "@/lib/order/amendment";
import { useTopic } from "@/lib/stream/stream";

interface CellProps {
  order: Order;
  field: AmendField;
  instrument: Instrument | null;
  /** What stands there while nobody changes it. */
  children: React.ReactNode;
}

export function ChangeCell({ order, field, instrument, children }: CellProps) {
  const amendment = useAmendment(order, instrument, "row");
  const input = useRef<HTMLInputElement>(null);
  const isFirst = fieldsOf(order)[0] === field;
  const begun = amendment !== null && isFirst;
  useEffect(() => {
    if (begun) input.current?.focus();
  }, [begun]);
  const before = valueOf(order, field);
  if (amendment === null || instrument === null || before === null) return children;
  const { at, review } = amendment;
  const value = at.typed[field] ?? before;
  const digits = field === "quantity" ? sizeDigits(instrument) : priceDigits(instrument, parse(before));
  const finding = review.findings[field];
  const step = (steps: bigint) => {
    const now = parse(readAmount(value)?.value) ?? decimal(before);
    if (field !== "quantity") return stage(order, { [field]: text(moved(instrument, now, steps)) }, "row");
    const lot = lotOf(instrument, order.type === "MARKET");
    const next = quantise(add(now, { units: lot.units * steps, scale: lot.scale }), lot);
    if (sign(next) > 0) stage(order, { quantity: text(next) }, "row");
  };
  const send = (event: React.KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (review.body) void change(order, review.body);
  };
  const border = finding?.level === "problem" ? "border-danger" : "border-line-strong";
  return (
    <span onKeyDown={send} className="flex justify-end">
      <DecimalInput
        ref={input} label={`${AMEND_NAMES[field]} of this order`} value={value} digits={digits} disabled={at.state === "sending"} finding={finding} describedBy={`change-${order.order_id}`}
        onChange={(typed) => stage(order, { [field]: typed }, "row")} onStep={step}
        // As wide as the column, however many digits are typed: no column moves.
        className={`-mr-1.5 h-6 w-0 min-w-[calc(100%+6px)] rounded-chip border bg-surface-2 px-[5px] text-right ${border}`}
      />
    </span>
  );
}

/** The line below the row that is being changed. It is there from the first moment, so nothing jumps. */
export function ChangeLine({ order, instrument }: { order: Order; instrument: Instrument }) {
  useTopic({ topic: "ticker", venue: instrument.venue, symbol: order.symbol });
  const amendment = useAmendment(order, instrument, "row");
  const id = order.order_id;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    line.current?.scrollIntoView({ block: "nearest" });
  }, []);
  // The keyboard goes back to the row that it came from.
  useEffect(() => () => {
    requestAnimationFrame(() => document.activeElement === document.body && document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(id)}"]`)?.focus());
  }, [id]);
  if (amendment === null) return null;
  const { at: { state, refusal }, review: { findings, blocked, body } } = amendment;
  const found = fieldsOf(order).filter((each) => findings[each]);
  const field = found.find((each) => findings[each]?.level === "problem") ?? found[0];
  const finding = field && findings[field];
  const nearest = fieldsOf(order).flatMap((each) => {
    const value = refusal?.refusals.find((rule) => rule.field === each)?.nearest;
    return value ? [[each, value] as const] : [];
  });
  return (
    <div ref={line} className="flex min-h-6 flex-wrap items-center gap-2 text-hint" role="group" aria-label={copy.changing(order.symbol)}>
      <span id={`change-${id}`} className={refusal || finding?.level === "problem" ? "text-danger" : "text-text-2"} role={refusal ? "alert" : undefined}>
        {refusal ? `${refusal.text} ${refusal.action}` : (finding?.text ?? copy.amendHint)}
      </span>
      {refusal === null && field && finding?.use && <Button onClick={() => finding.use && stage(order, { [field]: finding.use.value }, "row")}>{finding.use.label}</Button>}
      {nearest.map(([each, value]) => <Button key={each} onClick={() => stage(order, { [each]: value }, "row")}>Use nearest: {format(value)}</Button>)}
      <Button kind="main" reason={state === "sending" ? null : blocked} disabled={state === "sending"} onClick={() => body && void change(order, body)}>{state === "sending" ? "changing…" : "Change"}</Button>
      <Button disabled={state === "sending"} onClick={() => undo()}>Undo</Button>
    </div>
  );
}
