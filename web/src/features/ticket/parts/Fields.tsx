/** Price and size, with the helpers that fill them. They never change side and never send. */
import { useEffect, useRef, type CSSProperties } from "react";
import { Choice, Segmented } from "@/components/Controls";
import { DecimalField } from "@/components/DecimalField";
import type { PriceSource } from "@/lib/api/types";
import { add, decimal, divide, ONE, parse, quantise, sign, text, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { moneyDigits } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";
import { lotOf, moved, priceDigits, sizeDigits, sizeUnit, tickAt } from "@/lib/instrument";
import { useStore } from "@/lib/store";
import type { Facts, Review } from "../checks";
import { hasPrice, hasTrigger, type Draft, type SizeUnit, type TrailUnit } from "../draft";
import { edit, wish } from "../store";

interface FieldsProps {
  draft: Draft;
  facts: Facts;
  checked: Review;
  locked: boolean;
}

const HELPER = "h-[22px] rounded-chip bg-surface-2 text-hint text-text-2 hover:bg-surface-3 hover:text-text-1 pointer-coarse:h-8";

const SEGMENT = (active: boolean) => `h-[22px] rounded-chip text-hint pointer-coarse:h-8 ${active ? "bg-surface-3 text-text-1" : "bg-surface-2 text-text-2 hover:text-text-1"}`;
const TENTH = decimal("0.1");
const SOURCES: { value: PriceSource; label: string }[] = [{ value: "LAST", label: "Last price" }, { value: "MARK", label: "Mark price" }, { value: "INDEX", label: "Index price" }];

export function Fields({ draft, facts, checked, locked }: FieldsProps) {
  const { instrument } = facts;
  const price = useRef<HTMLInputElement>(null);
  const size = useRef<HTMLInputElement>(null);
  const wanted = useStore(wish);
  useEffect(() => {
    const field = wanted.field === "price" ? (price.current ?? size.current) : wanted.field === "size" ? size.current : null;
    field?.focus();
    field?.select();
  }, [wanted]);

  const isPart = draft.trailUnit === "percent";
  const stepPrice = (field: "price" | "trigger" | "activation") => (steps: bigint) => {
    const now = parse(readAmount(draft[field])?.value) ?? parse(facts.last);
    if (now !== null) edit({ [field]: text(moved(instrument, now, steps)) });
  };
  const stepSize = (steps: bigint) => {
    const lot = draft.unit === "base" ? lotOf(instrument, draft.type === "MARKET") : decimal("1");
    const now = parse(readAmount(draft.size)?.value) ?? decimal("0");
    const next = quantise(add(now, { units: lot.units * steps, scale: lot.scale }), lot);
    if (next.units > 0n) edit({ size: text(next) });
  };
  const digits = {
    price: priceDigits(instrument, parse(facts.last)),
    size: draft.unit === "base" ? sizeDigits(instrument) : draft.unit === "quote" ? moneyDigits(instrument.quote) : 0,
  };
  const part = draft.unit === "percent" ? (parse(readAmount(draft.size)?.value) ?? null) : null;

  const share = part === null ? shareOf(checked) : text(part);

  return (
    <>
      {hasTrigger(draft.type) && (
        <DecimalField label="Trigger" unit={instrument.quote} value={draft.trigger} digits={digits.price} disabled={locked} finding={checked.findings.trigger} onChange={(trigger) => edit({ trigger })} onStep={stepPrice("trigger")} />
      )}
      {draft.type === "TRAILING_STOP" && (
        <>
          <DecimalField
            label="Distance" unit={isPart ? "%" : instrument.quote} value={draft.trail} digits={isPart ? 2 : digits.price} disabled={locked} finding={checked.findings.trail}
            onChange={(trail) => edit({ trail })} onStep={(steps) => edit({ trail: text(stepped(draft.trail, isPart ? TENTH : tickAt(instrument, parse(facts.last) ?? ONE), steps)) })}
          />
          <Segmented<TrailUnit>
            label="Distance as" value={draft.trailUnit} onChange={(trailUnit) => edit({ trailUnit, trail: "" })} className="grid grid-cols-2 gap-1"
            items={[{ value: "percent", label: "% of price" }, { value: "quote", label: instrument.quote }]} itemClass={SEGMENT}
          />
          <DecimalField label="Begins at" placeholder="at once" unit={instrument.quote} value={draft.activation} digits={digits.price} disabled={locked} finding={checked.findings.activation} onChange={(activation) => edit({ activation })} onStep={stepPrice("activation")} />
        </>
      )}
      {(hasTrigger(draft.type) || draft.type === "TRAILING_STOP") && (
        <label className="flex items-center justify-between text-text-3">
          {draft.type === "TRAILING_STOP" ? "Follows" : "Set off by"}
          <Choice<PriceSource> label="Which price sets it off" value={draft.source} items={SOURCES} onChange={(source) => edit({ source })} className="text-text-1" />
        </label>
      )}
      {hasPrice(draft.type) && (
        <>
          <DecimalField ref={price} label="Price" unit={instrument.quote} value={draft.price} digits={digits.price} disabled={locked} finding={checked.findings.price} onChange={(typed) => edit({ price: typed })} onStep={stepPrice("price")} />
          <div className="grid grid-cols-4 gap-1">
            {helpers(draft, facts).map(({ label, value }) => (
              <button key={label} type="button" disabled={value === null || locked} className={HELPER} onClick={() => value !== null && edit({ price: value })}>{label}</button>
            ))}
          </div>
        </>
      )}
      <DecimalField
        ref={size} label="Size" unit={draft.unit === "base" ? sizeUnit(instrument) : draft.unit === "quote" ? instrument.quote : "%"} value={draft.size} digits={digits.size}
        disabled={locked} finding={checked.findings.size} onChange={(typed) => edit({ size: typed })} onStep={stepSize}
      />
      <input
        type="range" min="0" max="100" step="1" aria-label="Part of what is free, in per cent" disabled={locked || checked.free === null}
        value={share} onChange={(event) => edit({ unit: "percent", size: event.target.value })}
        style={{ "--part": `${share}%` } as CSSProperties} className={`slider ${draft.side === "BUY" ? "text-buy" : "text-sell"}`}
      />
      <Segmented<SizeUnit>
        label="Size as" value={draft.unit} onChange={(unit) => edit({ unit, size: "" })} className="grid grid-cols-3 gap-1"
        items={[{ value: "base", label: "Amount" }, { value: "quote", label: instrument.quote }, { value: "percent", label: "% of free" }]}
        itemClass={SEGMENT}
      />
    </>
  );
}

function stepped(trail: string, step: Decimal, steps: bigint): Decimal {
  const next = add(parse(readAmount(trail)?.value) ?? ZERO, { units: step.units * steps, scale: step.scale });
  return sign(next) > 0 ? next : step;
}

/** Where the slider stands for a size that was typed. */
function shareOf({ value, free }: Review): string {
  if (value === null || free === null || free.units <= 0n) return "0";
  const share = divide({ units: value.units * 100n, scale: value.scale }, free, 0);
  return text(share.units > 100n ? decimal("100") : share);
}

function helpers(draft: Draft, { instrument, bid, ask }: Facts): { label: string; value: string | null }[] {
  const [low, high] = [parse(bid), parse(ask)];
  const middle = low && high ? quantise(divide(add(low, high), decimal("2"), 18), tickAt(instrument, low), draft.side === "BUY" ? "floor" : "ceiling") : null;
  const isBuy = draft.side === "BUY";
  const beyond = isBuy ? high && moved(instrument, high, 5n) : low && moved(instrument, low, -5n);
  const written = (value: Decimal | null) => (value === null ? null : text(value));
  return [
    { label: "Bid", value: written(low) },
    { label: "Mid", value: written(middle) },
    { label: "Ask", value: written(high) },
    { label: isBuy ? "Ask +5 ticks" : "Bid −5 ticks", value: written(beyond) },
  ];
}
