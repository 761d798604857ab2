/** A field for money: text in, text out, stepped by the grid, with what is wrong below. */
import { useId, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import { parse } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import type { Finding } from "@/lib/order/rules";
import { Button } from "./Controls";

interface DecimalInputProps {
  value: string;
  /** How many digits the value is shown with while nobody types. */
  digits: number;
  onChange(value: string): void;
  /** ``value`` moved by so many steps, for the arrow keys. */
  onStep(steps: bigint): void;
  finding?: Finding | undefined;
  disabled?: boolean;
  ref?: Ref<HTMLInputElement> | undefined;
}

interface BareProps extends DecimalInputProps {
  id?: string;
  /** Where no label stands beside it. */
  label?: string;
  /** The element that says what is wrong. */
  describedBy?: string | undefined;
  className: string;
}

/** The input alone, for a place that has its own label and its own line for what is wrong. */
export function DecimalInput({ value, digits, onChange, onStep, finding, disabled = false, ref, id, label, describedBy, className }: BareProps) {
  const [isTyping, setTyping] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => input.current as HTMLInputElement, []);
  // What is typed next replaces what stands there; selected after the bare digits have taken its place.
  useLayoutEffect(() => {
    if (isTyping) input.current?.select();
  }, [isTyping]);
  const step = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    const way = event.key === "ArrowUp" ? 1n : -1n;
    onStep(event.shiftKey ? way * 10n : way);
  };
  return (
    <input
      ref={input} id={id} aria-label={label} value={isTyping ? value : tidy(value, digits)} disabled={disabled} inputMode="decimal" autoComplete="off" spellCheck={false} onKeyDown={step}
      onFocus={() => setTyping(true)} onBlur={() => setTyping(false)} onChange={(event) => onChange(event.target.value)}
      aria-invalid={finding?.level === "problem"} aria-describedby={finding ? describedBy : undefined} className={className}
    />
  );
}

interface DecimalFieldProps extends DecimalInputProps {
  label: string;
  unit: string;
}

export function DecimalField({ label, unit, ...input }: DecimalFieldProps) {
  const id = useId();
  const { finding, onChange, value } = input;
  const isProblem = finding?.level === "problem";
  return (
    <div>
      <div className={`flex h-9 items-center gap-2 rounded-panel border bg-surface-2 px-2.5 focus-within:border-accent focus-within:shadow-[0_0_0_1px_var(--color-accent)] ${isProblem ? "border-danger" : "border-line-strong"}`}>
        <label htmlFor={id} className="w-13 shrink-0 text-text-3">{label}</label>
        <DecimalInput {...input} id={id} describedBy={isProblem ? `${id}-finding` : undefined} className="w-0 min-w-0 flex-1 bg-transparent text-right text-field font-medium outline-none focus-visible:outline-none disabled:text-text-3" />
        <span className="w-[38px] shrink-0 truncate text-right text-text-2">{unit}</span>
      </div>
      {isProblem && (
        <p id={`${id}-finding`} className="mt-1 flex min-h-6 items-center justify-between gap-2 text-hint text-danger">
          {finding.text}
          {finding.use && <Button onClick={() => onChange(finding.use?.value ?? value)}>{finding.use.label}</Button>}
        </p>
      )}
    </div>
  );
}

/** What was understood, as numbers are written here; as typed where that would hide a digit. */
function tidy(typed: string, digits: number): string {
  const read = readAmount(typed);
  const value = parse(read?.value);
  if (read === null || value === null || read.percent || value.scale > digits) return typed;
  return format(value, { digits });
}
