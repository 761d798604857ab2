/** A field for money: text in, text out, stepped by the grid, with what is wrong below. */
import { useId, useImperativeHandle, useLayoutEffect, useRef, useState, type ReactNode, type Ref } from "react";
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
  placeholder?: string;
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
export function DecimalInput({ value, digits, onChange, onStep, finding, disabled = false, placeholder, ref, id, label, describedBy, className }: BareProps) {
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
      ref={input} id={id} aria-label={label} value={isTyping ? value : tidy(value, digits)} disabled={disabled} placeholder={placeholder} inputMode="decimal" autoComplete="off" spellCheck={false} onKeyDown={step}
      onFocus={() => setTyping(true)} onBlur={() => setTyping(false)} onChange={(event) => onChange(event.target.value)}
      aria-invalid={finding?.level === "problem"} aria-describedby={finding?.level === "problem" ? describedBy : undefined} className={className}
    />
  );
}

interface DecimalFieldProps extends DecimalInputProps {
  label: string;
  unit: string;
}

export function DecimalField({ label, unit, ...input }: DecimalFieldProps) {
  const id = useId();
  const { finding, onChange } = input;
  return (
    <FieldFrame id={id} label={label} unit={unit} finding={finding} onUse={onChange}>
      <DecimalInput {...input} id={id} describedBy={`${id}-finding`} className={`${IN_FRAME} text-right text-field font-medium`} />
    </FieldFrame>
  );
}

interface DateTimeFieldProps {
  label: string;
  /** The reader's zone, which the value is in. */
  zone: string;
  /** 2026-11-20T19:42, or empty. */
  value: string;
  onChange(value: string): void;
  finding?: Finding | undefined;
  disabled?: boolean;
}

/** The browser's own field for date and time, in the same frame. */
export function DateTimeField({ label, zone, value, onChange, finding, disabled = false }: DateTimeFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} labelClass="" unit={zone} finding={finding} onUse={onChange}>
      <input
        id={id} type="datetime-local" value={value} max="2260-12-31T23:59" disabled={disabled} onChange={(event) => onChange(event.target.value)}
        aria-invalid={finding?.level === "problem"} aria-describedby={finding?.level === "problem" ? `${id}-finding` : undefined} className={`${IN_FRAME} text-cell`}
      />
    </FieldFrame>
  );
}

const IN_FRAME = "w-0 min-w-0 flex-1 bg-transparent outline-none focus-visible:outline-none disabled:text-text-3";

interface FrameProps {
  id: string;
  label: string;
  labelClass?: string;
  unit: string;
  finding: Finding | undefined;
  onUse(value: string): void;
  children: ReactNode;
}

/** Label, unit, and below what is wrong, with the value that would do. */
function FieldFrame({ id, label, labelClass = "w-13", unit, finding, onUse, children }: FrameProps) {
  const isProblem = finding?.level === "problem";
  const use = finding?.use;
  return (
    <div>
      <div className={`flex h-9 items-center gap-2 rounded-panel border bg-surface-2 px-2.5 focus-within:border-accent focus-within:shadow-[0_0_0_1px_var(--color-accent)] ${isProblem ? "border-danger" : "border-line-strong"}`}>
        <label htmlFor={id} className={`shrink-0 text-text-3 ${labelClass}`}>{label}</label>
        {children}
        <span className="max-w-20 min-w-[38px] shrink-0 truncate text-right text-text-2">{unit}</span>
      </div>
      {isProblem && (
        <p id={`${id}-finding`} className="mt-1 flex min-h-6 items-center justify-between gap-2 text-hint text-danger">
          {finding.text}
          {use && <Button onClick={() => onUse(use.value)}>{use.label}</Button>}
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
