/** The keys of this page. Single letters work outside fields only. */
import { useEffect, useRef } from "react";
import { INTERVALS } from "@/features/chart";
import { cancelSelected } from "@/features/tables";
import { focusField } from "@/features/ticket";
import { announce } from "@/lib/announce";
import type { Instrument } from "@/lib/api/types";
import { undo } from "@/lib/desk/amending";
import { isDialogOpen, isPlainKey } from "../shell/keys";
import type { Workspace } from "./workspace";

interface Acts extends Pick<Workspace, "go" | "offered"> {
  order(side: "BUY" | "SELL"): void;
  openTicket(open: boolean): void;
  instrument: Instrument;
}

export function useTradeKeys(acts: Acts) {
  const current = useRef(acts);
  useEffect(() => {
    current.current = acts;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") return escape(event, current.current);
      if (!isPlainKey(event)) return;
      if (act(event.key.toLowerCase(), current.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function act(key: string, { go, offered, order, openTicket, instrument }: Acts): boolean {
  const interval = INTERVALS[["1", "2", "3", "4", "5", "6"].indexOf(key)];
  if (interval) {
    go({}, { interval: interval.value });
    return true;
  }
  const step = (way: number) => {
    const at = offered.findIndex((each) => each.symbol === instrument.symbol);
    const next = offered[(at + way + offered.length) % offered.length];
    if (next) go({ symbol: next.symbol });
  };
  switch (key) {
    case "b":
      order("BUY");
      return true;
    case "s":
      order("SELL");
      return true;
    case "p":
    case "q":
      openTicket(true);
      focusField(key === "p" ? "price" : "size");
      return true;
    case "x":
      cancelSelected();
      return true;
    case "l":
      walkLines();
      return true;
    case "[":
      step(-1);
      return true;
    case "]":
      step(1);
      return true;
    case "/":
      document.getElementById("symbol-picker")?.click();
      return true;
    case "r":
      announce(`${instrument.symbol} ${document.getElementById("last-price")?.textContent ?? ""}`);
      return true;
    default:
      return false;
  }
}

/** Back: out of a change first, then out of the field, then out of the ticket where it covers the page. */
function escape(event: KeyboardEvent, { openTicket }: Acts): void {
  if (event.defaultPrevented || isDialogOpen() || undo()) return;
  const field = document.activeElement;
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.blur();
  else openTicket(false);
}

/** The next grip of an own line on the chart, where the arrows move it. */
function walkLines(): void {
  const grips = [...document.querySelectorAll<HTMLElement>("[data-grip]")].filter((grip) => grip.checkVisibility({ visibilityProperty: true }));
  const at = grips.findIndex((grip) => grip === document.activeElement);
  grips[(at + 1) % grips.length]?.focus();
}
