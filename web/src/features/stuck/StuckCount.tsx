/** How many orders need a person, and the list of them. Hidden at none. */
import { useState } from "react";
import { EnvBadge } from "@/components/Badges";
import { Button } from "@/components/Controls";
import { Dialog } from "@/components/Dialog";
import { environmentOf, type StuckOrder } from "@/lib/api/types";
import { useSecond } from "@/lib/clock";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { venueName } from "@/lib/instrument";
import { orderWords } from "@/lib/order/names";
import { useStore } from "@/lib/store";
import { act, useStuck, type Act, type Done } from "./desk";
import { answersOf, decisionOf, questionOf } from "./model";

export function StuckCount() {
  const [isOpen, open] = useState(false);
  const stuck = useStuck();
  return (
    <>
      {(stuck.length > 0 || isOpen) && (
        <button type="button" onClick={() => open(true)} className="flex h-[18px] min-h-0! items-center gap-1.5 rounded-chip bg-warn-soft px-1.5 text-warn hover:text-text-1">
          <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true"><path d="M4 .5 8 7.5H0z" fill="currentColor" /></svg>
          {copy.stuckCount(stuck.length)}
        </button>
      )}
      <Dialog open={isOpen} title={copy.stuckTitle} onClose={() => open(false)} className="w-[560px]">
        <div className="flex flex-col gap-3">
          {stuck.length === 0 && <p className="text-cell text-text-2">{copy.stuckNone}</p>}
          <ul className="flex flex-col gap-2">{stuck.map((each) => <Row key={each.order.order_id} of={each} />)}</ul>
          <p className="text-hint text-text-2">{copy.stuckDecide} <code className="font-sans whitespace-nowrap text-text-1">{copy.stuckCommand}</code></p>
          <Button kind="main" className="h-9! self-end px-4! text-cell!" onClick={() => open(false)}>Close</Button>
        </div>
      </Dialog>
    </>
  );
}

function Row({ of }: { of: StuckOrder }) {
  const { order, actions } = of;
  const nowMs = useSecond();
  const account = useStore(system).accounts.get(order.account);
  const [state, setState] = useState<{ isAsked: boolean; done: Done | null }>({ isAsked: false, done: null });
  const press = async (what: Act) => {
    if (state.isAsked) return;
    setState({ isAsked: true, done: null });
    setState({ isAsked: false, done: await act(what, order.order_id) });
  };
  const decision = decisionOf(of);
  return (
    <li aria-label={orderWords(order)} className="flex flex-col gap-1 rounded-panel border border-line px-3 py-2 text-cell">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-[550]">{orderWords(order)}</span>
        {account && <><span className="text-text-2">{venueName(account.venue)} <span className="text-text-3">{order.account}</span></span><EnvBadge env={environmentOf(account)} /></>}
        <span className="text-hint break-all text-text-3">{order.order_id}</span>
      </div>
      <p className="text-warn">{questionOf(of, nowMs)}</p>
      <p className="text-text-2">{answersOf(of, nowMs)}{decision === null ? "" : ` ${decision}`}</p>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        {actions.includes("ask_again") && <Button onClick={() => void press("ask_again")}>Ask again</Button>}
        {actions.includes("force_cancel") && <Button onClick={() => void press("force_cancel")}>Cancel</Button>}
        <span role="status" className={`text-hint ${state.done?.isDone === false ? "text-danger" : "text-text-2"}`}>{state.isAsked ? copy.stuckAsking : state.done?.text}</span>
      </div>
    </li>
  );
}
