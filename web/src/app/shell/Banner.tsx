/** One line under the top bar for a condition; it goes when the condition goes. */
import { useEffect, useRef, useState } from "react";
import { Icon } from "@/components/Icon";
import { sentence } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { holdings } from "@/lib/desk/holdings";
import { venueName } from "@/lib/instrument";
import { usePart, useStore } from "@/lib/store";
import { clockOf } from "@/lib/time";
import type { Health } from "./health";

const RESUMED_MS = 4_000;

export function Banner({ health }: { health: Health }) {
  const { accounts, venues } = useStore(system);
  const orders = usePart(holdings, (held) => held.orders, 1_000);
  const isResumed = useResumed(health.state);
  const down = [...venues.values()].find((venue) => venue.state === "down");
  const there = orders.filter((order) => accounts.get(order.account)?.venue === down?.venue).length;
  const said = wordsOf(health) ?? (down ? copy.venueDown(venueName(down.venue), there) : null) ?? pausedWords([...accounts.values()]);
  if (said === null && isResumed) return <div role="status" className="flex min-h-8 items-center border-b border-line px-3.5 py-1 text-cell text-text-2">{copy.resumed}</div>;
  if (said === null) return <div aria-live="polite" />;
  return (
    <div role="status" className="flex min-h-8 items-center gap-2 border-b border-line bg-warn-soft px-3.5 py-1 text-cell">
      <Icon name="warning" size={14} className="text-warn" />
      {said}
    </div>
  );
}

/** True for a moment after the stream came back. */
function useResumed(state: Health["state"]): boolean {
  const [isShown, show] = useState(false);
  const wasDown = useRef(false);
  useEffect(() => {
    if (state === "reconnecting" || state === "gone" || state === "offline") wasDown.current = true;
    if (state !== "live" || !wasDown.current) return;
    wasDown.current = false;
    show(true);
    const timer = setTimeout(() => show(false), RESUMED_MS);
    return () => {
      clearTimeout(timer);
      show(false);
    };
  }, [state]);
  return isShown;
}

function wordsOf({ state, silentMs, connection }: Health): string | null {
  switch (state) {
    case "offline":
      return copy.offline;
    case "gone":
      return copy.gone(connection.heardAtMs);
    case "reconnecting":
      return copy.reconnecting(silentMs, connection.tries);
    case "late":
      return copy.late(silentMs);
    default:
      return null;
  }
}

type Accounts = ReturnType<typeof system.get>["accounts"] extends ReadonlyMap<string, infer A> ? A[] : never;

function pausedWords(accounts: Accounts): string | null {
  const paused = accounts.find((account) => !account.accepting && account.stop === null);
  if (!paused) return null;
  const { halt } = paused;
  if (halt?.halted) return `${copy.halted(paused.account, halt.by, halt.at ? clockOf(Date.parse(halt.at)) : "")} ${sentence(halt.reason)}`;
  return copy.notAccepting(paused.account, sentence(paused.reason ?? "no reason is given"));
}
