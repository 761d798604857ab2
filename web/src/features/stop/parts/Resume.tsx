/** The way back: account by account, each by a press of its own. */
import { useEffect, useRef, useState } from "react";
import { EnvBadge } from "@/components/Badges";
import { Button } from "@/components/Controls";
import { environmentOf } from "@/lib/api/types";
import { useSecond } from "@/lib/clock";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { venueName } from "@/lib/instrument";
import { useStore } from "@/lib/store";
import { sinceOf, stoppedOf, type Stopped } from "../model";
import { resumeTrading, view } from "../store";

export function Resume() {
  const { accounts } = useStore(system);
  // What was stopped when this was opened: a row that is done stays to say so.
  const [listed] = useState(() => stoppedOf(accounts.values()).sort((a, b) => (a.account < b.account ? -1 : 1)));
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <div className="flex flex-col gap-3">
      <p className="text-cell text-text-2">{copy.resumeMeans}</p>
      <ul className="flex flex-col gap-2">
        {listed.map((each) => <Row key={each.account} of={each} now={accounts.get(each.account)?.stop ?? null} onDone={() => close.current?.focus()} />)}
      </ul>
      <div className="mt-1 flex justify-end gap-2">
        <Button className="h-9! px-4! text-cell!" onClick={() => view.set("proof")}>Back to the proof</Button>
        <Button ref={close} kind="main" className="h-9! px-4! text-cell!" onClick={() => view.set("closed")}>Close</Button>
      </div>
    </div>
  );
}

function Row({ of, now, onDone }: { of: Stopped; now: Stopped["stop"] | null; onDone(): void }) {
  const { account, venue } = of;
  const nowMs = useSecond();
  const [state, setState] = useState<{ isAsked: boolean; problem: string | null }>({ isAsked: false, problem: null });
  const press = async () => {
    setState({ isAsked: true, problem: null });
    const problem = await resumeTrading(account);
    // What is asked for is done when the stream says so.
    setState({ isAsked: problem === null, problem });
    if (problem === null) onDone();
  };
  const stop = now ?? of.stop;
  return (
    <li className="rounded-panel border border-line px-3 py-2 text-cell">
      <div className="flex min-h-8 flex-wrap items-center gap-x-2 gap-y-1">
        {venueName(venue)} <span className="text-text-3">{account}</span> <EnvBadge env={environmentOf(of)} />
        <span className="flex-1" />
        <span role="status" className={now === null ? "text-ok" : "text-text-2"}>{now === null ? copy.resumedAccount : state.isAsked ? copy.resumeAsked : ""}</span>
        {now !== null && !state.isAsked && <Button className="h-8! px-3! text-cell!" onClick={() => void press()}>{copy.resumeDo(account)}</Button>}
      </div>
      {now !== null && (
        <p className={`mt-1 text-hint ${stop.proven ? "text-text-2" : "text-warn"}`}>
          {copy.stopTold(stop.by, sinceOf(stop, nowMs), stop.reason)} {stop.proven ? copy.stopWasProven : copy.resumeUnproven(stop.orders_left)}
        </p>
      )}
      {state.problem !== null && <p role="alert" className="mt-1 text-hint text-danger">{state.problem}</p>}
    </li>
  );
}
