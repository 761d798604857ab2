/** Buttons, segments, check boxes and the plain select: one of each. */
import type { ComponentPropsWithRef, ReactNode } from "react";
import { announce } from "@/lib/announce";
import { Icon, type IconName } from "./Icon";

const KINDS = {
  plain: "bg-surface-2 text-text-1 hover:bg-surface-3",
  quiet: "text-text-2 hover:bg-surface-2 hover:text-text-1",
  main: "bg-text-1 text-surface-1 font-[550]",
  danger: "bg-danger-fill text-on-fill font-[550] hover:brightness-110",
} as const;

type ButtonProps = ComponentPropsWithRef<"button"> & {
  kind?: keyof typeof KINDS;
  /** Why it does nothing now: shown on hover, said when it is pressed. It can still be reached. */
  reason?: string | null;
};

export function Button({ kind = "plain", className = "", reason = null, ...rest }: ButtonProps) {
  const off = reason === null ? {} : { "aria-disabled": true, "aria-description": reason, title: reason, onClick: () => announce(reason, "assertive") };
  return <button type="button" className={`inline-flex h-6 items-center justify-center gap-1.5 rounded-chip px-2 text-hint whitespace-nowrap disabled:text-text-3 aria-disabled:cursor-default aria-disabled:text-text-3 ${KINDS[reason === null ? kind : "plain"]} ${className}`} {...rest} {...off} />;
}

export function IconButton({ icon, label, ...rest }: ComponentPropsWithRef<"button"> & { icon: IconName; label: string }) {
  return (
    <button type="button" aria-label={label} title={label} className="grid size-7 place-items-center rounded-panel text-text-2 hover:bg-surface-2 hover:text-text-1" {...rest}>
      <Icon name={icon} />
    </button>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  items: readonly { value: T; label: string; disabled?: string | undefined }[];
  value: T;
  onChange(value: T): void;
  className?: string;
  itemClass(active: boolean, value: T): string;
}

/** One of a few, all visible. Arrow keys walk, as in any group of radio buttons. */
export function Segmented<T extends string>({ label, items, value, onChange, className = "", itemClass }: SegmentedProps<T>) {
  const walk = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const usable = items.filter((item) => !item.disabled);
    const at = usable.findIndex((item) => item.value === value);
    const next = usable[(at + way + usable.length) % usable.length];
    if (!next) return;
    onChange(next.value);
    event.currentTarget.querySelector<HTMLElement>(`[data-value="${next.value}"]`)?.focus();
  };
  return (
    <div role="radiogroup" aria-label={label} className={className} onKeyDown={walk}>
      {items.map((item) => (
        <button
          key={item.value} type="button" role="radio" aria-checked={item.value === value} data-value={item.value}
          tabIndex={item.value === value ? 0 : -1} disabled={item.disabled !== undefined} title={item.disabled}
          className={itemClass(item.value === value, item.value)} onClick={() => onChange(item.value)}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  disabled?: string | undefined;
  onChange(checked: boolean): void;
}

export function Check({ label, checked, disabled, onChange }: CheckProps) {
  return (
    <label className={`flex h-6 items-center gap-1.5 ${disabled ? "text-text-3" : checked ? "text-text-1" : "text-text-2"}`} title={disabled}>
      <input type="checkbox" className="peer sr-only" checked={checked} disabled={disabled !== undefined} onChange={(event) => onChange(event.target.checked)} />
      <span className={`grid size-3.5 place-items-center rounded-[3.5px] border-[1.5px] text-surface-1 peer-focus-visible:outline-2 peer-focus-visible:outline-offset-1 peer-focus-visible:outline-accent ${checked ? "border-text-1 bg-text-1" : "border-line-strong"} ${disabled ? "opacity-50" : ""}`} aria-hidden="true">
        {checked && <Icon name="check" size={12} />}
      </span>
      {label}
    </label>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  items: readonly { value: T; label: string; disabled?: string | undefined }[];
  onChange(value: T): void;
  className?: string;
}

/** The browser's own select, which every hand and every reader knows. */
export function Choice<T extends string>({ label, value, items, onChange, className = "" }: ChoiceProps<T>) {
  return (
    <span className={`relative inline-flex items-center ${className}`}>
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value as T)} className="field-sizing-content h-6 appearance-none rounded-chip bg-transparent pr-4 pl-0.5 hover:bg-surface-2">
        {items.map((item) => (
          <option key={item.value} value={item.value} disabled={item.disabled !== undefined} className="bg-surface-1 text-text-1">
            {item.disabled ? `${item.label} (${item.disabled})` : item.label}
          </option>
        ))}
      </select>
      <Icon name="down" size={12} className="pointer-events-none absolute right-0.5" />
    </span>
  );
}

/** A figure with its name: one line of a summary. */
export function Fact({ name, children, sub = false }: { name: string; children: ReactNode; sub?: boolean }) {
  return (
    <div className={`flex justify-between gap-2 leading-[18px] ${sub ? "pl-3 text-text-3" : ""}`}>
      <span className="text-text-3">{name}</span>
      <span className="text-right whitespace-nowrap">{children}</span>
    </div>
  );
}
