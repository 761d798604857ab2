/** Asks for a stop: why, where, what it will do, and a typed word. */
import { useEffect, useId, useRef, useState } from "react";
import { EnvBadge } from "@/components/Badges";
import { Button, Segmented } from "@/components/Controls";
import { copy } from "@/lib/copy";
import { holdings } from "@/lib/desk/holdings";
import { shownAccount, system } from "@/lib/desk/system";
import { venueName } from "@/lib/instrument";
import { usePart, useStore } from "@/lib/store";
import { environmentOf } from "@/lib/api/types";
import { blockedBy, effectsOf, LONGEST_REASON, WORD, type Effect } from "../model";
import { stopTrading, view } from "../store";

const ALL = "all accounts";
const FIELD = "h-9 w-full rounded-panel border border-line-strong bg-surface-2 px-2.5 text-field text-text-1";

export function Ask() {
  const { accounts } = useStore(system);
  const shown = useStore(shownAccount);
  const held = usePart(holdings, (now) => now, 250);
  const [reason, setReason] = useState("");
  const [scope, setScope] = useState(ALL);
  const [word, setWord] = useState("");
  const [state, setState] = useState<{ isAsked: boolean; problem: string | null }>({ isAsked: false, problem: null });
  const first = useRef<HTMLInputElement>(null);
  const last = useRef<HTMLInputElement>(null);
  const hint = useId();
  useEffect(() => first.current?.focus(), []);

  const account = scope === ALL ? null : scope;
  const effects = effectsOf(accounts.values(), account, held.orders, held.positions);
  const blocked = blockedBy({ reason, word, effects });
  const named = shown === null ? undefined : accounts.get(shown);

  const go = async (event: React.FormEvent) => {
    event.preventDefault();
    if (state.isAsked) return;
    // Enter goes to what is still missing.
    if (blocked !== null) return (reason.trim() === "" ? first : last).current?.focus();
    setState({ isAsked: true, problem: null });
    setState({ isAsked: false, problem: await stopTrading(reason.trim(), account) });
  };

  return (
    <form onSubmit={go} className="flex flex-col gap-4">
      <p className="text-cell text-text-2">{copy.stopMeans}</p>
      <label className="flex flex-col gap-1.5 text-text-2">
        Reason
        <input ref={first} value={reason} maxLength={LONGEST_REASON} autoComplete="off" onChange={(event) => setReason(event.target.value)} placeholder={copy.stopReasonHint} className={FIELD} />
      </label>
      <div className="flex flex-col gap-1.5">
        <span className="text-text-2">Scope</span>
        <Segmented
          label="Scope" value={scope} onChange={setScope} className="grid auto-cols-fr grid-flow-col gap-0.5 rounded-main bg-surface-2 p-0.5"
          items={[{ value: ALL, label: accounts.size > 0 ? `All accounts (${accounts.size})` : "All accounts" }, ...(named && accounts.size > 1 ? [{ value: named.account, label: `Only ${venueName(named.venue)} ${named.account}` }] : [])]}
          itemClass={(active) => `min-h-8 rounded-chip px-2 text-cell ${active ? "bg-surface-3 font-[550] text-text-1" : "text-text-2 hover:text-text-1"}`}
        />
        <Effects effects={effects} isLoaded={held.loaded && !held.stale} />
      </div>
      <div className="flex flex-col gap-1.5">
        <label className="flex flex-col gap-1.5 text-text-2">
          <span>Type <b className="font-semibold text-text-1">{WORD}</b> to go on</span>
          <input ref={last} value={word} autoComplete="off" autoCapitalize="characters" spellCheck={false} onChange={(event) => setWord(event.target.value)} className={FIELD} />
        </label>
        {/* The room for it is always there: nothing moves under the pointer. */}
        <p id={hint} className="min-h-4 text-hint text-text-2">{state.problem === null ? blocked : null}</p>
      </div>
      {state.problem !== null && <p role="alert" className="rounded-panel bg-danger-soft px-3 py-2 text-cell text-danger">{state.problem}</p>}
      <div className="flex justify-end gap-2">
        <Button className="h-9! px-4! text-cell!" onClick={() => view.set("closed")}>Close</Button>
        <Button
          kind={blocked === null ? "danger" : "plain"} type="submit" aria-disabled={blocked !== null || state.isAsked} aria-describedby={blocked === null ? undefined : hint}
          className="h-9! px-4! text-cell!"
        >
          {state.isAsked ? copy.stopAsked : copy.stopDo}
        </Button>
      </div>
    </form>
  );
}

/** So many orders are cancelled, account by account. */
function Effects({ effects, isLoaded }: { effects: readonly Effect[]; isLoaded: boolean }) {
  const sum = (of: (effect: Effect) => number) => effects.reduce((total, each) => total + of(each), 0);
  return (
    <div className="mt-1 rounded-panel border border-line">
      <table className="w-full text-cell">
        <caption className="sr-only">{copy.stopEffects}</caption>
        <thead>
          <tr className="text-hint text-text-3 *:px-3 *:pt-2 *:pb-1 *:font-normal">
            <th scope="col" className="text-left">Account</th>
            <th scope="col" className="text-right">Orders cancelled</th>
            <th scope="col" className="text-right">Positions kept</th>
          </tr>
        </thead>
        <tbody>
          {effects.map(({ account, orders, positions }) => (
            <tr key={account.account} className="*:px-3 *:py-1">
              <th scope="row" className="text-left font-normal">
                <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                  {venueName(account.venue)} <span className="text-text-3">{account.account}</span> <EnvBadge env={environmentOf(account)} />
                  {account.stop && <span className="text-warn">{account.stop.proven ? copy.isStopped : copy.isStopping}</span>}
                </span>
              </th>
              <td className="text-right">{orders}</td>
              <td className="text-right">{positions}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr className="border-t border-line font-[550] *:px-3 *:py-1.5">
            <th scope="row" className="text-left">Together</th>
            <td className="text-right">{sum((each) => each.orders)}</td>
            <td className="text-right">{sum((each) => each.positions)}</td>
          </tr>
        </tfoot>
      </table>
      {!isLoaded && <p className="border-t border-line px-3 py-1.5 text-hint text-warn">{copy.countsOld}</p>}
    </div>
  );
}
