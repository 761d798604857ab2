/** One line under the top bar for a condition; it goes when the condition goes. */
import { Icon } from "@/components/Icon";
import { sentence } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { useStore } from "@/lib/store";
import { clockOf } from "@/lib/time";
import type { Health } from "./health";

export function Banner({ health }: { health: Health }) {
  const { accounts } = useStore(system);
  const said = wordsOf(health) ?? pausedWords([...accounts.values()]);
  if (said === null) return <div aria-live="polite" />;
  return (
    <div role="status" className="flex min-h-8 items-center gap-2 border-b border-line bg-warn-soft px-3.5 py-1 text-cell">
      <Icon name="warning" size={14} className="text-warn" />
      {said}
    </div>
  );
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
  const paused = accounts.find((account) => !account.accepting);
  if (!paused) return null;
  const { halt } = paused;
  if (halt?.halted) return `${copy.halted(paused.account, halt.by, halt.at ? clockOf(Date.parse(halt.at)) : "")} ${sentence(halt.reason)}`;
  return copy.notAccepting(paused.account, sentence(paused.reason ?? "no reason is given"));
}
