/** What has been done to stop each account, and what proves that it is still. */
import { useEffect, useRef } from "react";
import { EnvBadge } from "@/components/Badges";
import { Button } from "@/components/Controls";
import { Icon } from "@/components/Icon";
import { environmentOf } from "@/lib/api/types";
import { useSecond } from "@/lib/clock";
import { copy } from "@/lib/copy";
import { holdings } from "@/lib/desk/holdings";
import { system } from "@/lib/desk/system";
import { venueName } from "@/lib/instrument";
import { orderWords } from "@/lib/order/names";
import { usePart, useStore } from "@/lib/store";
import { clockOf } from "@/lib/time";
import { progressOf, proofOf, stoppedOf, type Step, type Stopped } from "../model";
import { useReport } from "../report";
import { view } from "../store";

const MOST_NAMED = 20;

export function Proof({ oldSinceMs }: { oldSinceMs: number | null }) {
  const { accounts } = useStore(system);
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => status.current?.focus(), []);
  const stopped = stoppedOf(accounts.values());
  const others = [...accounts.values()].filter((each) => each.stop === null);
  const isProven = stopped.length > 0 && stopped.every((each) => each.stop.proven) && oldSinceMs === null;
  return (
    <div className="flex flex-col gap-3">
      <p ref={status} tabIndex={-1} aria-live="assertive" className={`flex items-center gap-2 text-nav font-[550] outline-none ${isProven ? "text-ok" : ""}`}>
        {isProven && <Icon name="check" />}
        {progressOf(accounts.values())}
      </p>
      {oldSinceMs !== null && <p className="flex items-center gap-2 rounded-panel bg-warn-soft px-3 py-2 text-cell"><Icon name="warning" size={14} className="text-warn" />{copy.proofOld(clockOf(oldSinceMs))}</p>}
      {/* In the order of their names: a row stays where it is when it is proven. */}
      {[...stopped].sort((a, b) => (a.account < b.account ? -1 : 1)).map((each) => <OfAccount key={each.account} of={each} />)}
      {others.length > 0 && stopped.length > 0 && <p className="text-cell text-text-2">{copy.notInStop(others.map((each) => each.account))}</p>}
      <div className="mt-1 flex justify-end gap-2">
        {others.length > 0 && <Button className="h-9! px-4! text-cell!" onClick={() => view.set("ask")}>Stop others…</Button>}
        {stopped.length > 0 && <Button className="h-9! px-4! text-cell!" onClick={() => view.set("resume")}>Resume…</Button>}
        <Button kind="main" className="h-9! px-4! text-cell!" onClick={() => view.set("closed")}>Close</Button>
      </div>
    </div>
  );
}

function OfAccount({ of }: { of: Stopped }) {
  const { account, venue, stop } = of;
  const orders = usePart(holdings, (now) => now.orders, 250).filter((each) => each.account === account);
  const report = useReport(of, orders.length);
  const nowMs = useSecond();
  return (
    <section aria-label={copy.proofOf(account)} className="rounded-panel border border-line">
      <h3 className="flex min-h-9 flex-wrap items-center gap-x-2 border-b border-line px-3 py-1 text-cell">
        {venueName(venue)} <span className="text-text-3">{account}</span> <EnvBadge env={environmentOf(of)} />
        <span className="flex-1" />
        <span className={`font-[550] ${stop.proven ? "text-ok" : "text-warn"}`}>{stop.proven ? copy.isProven : copy.isNotProven}</span>
      </h3>
      <ol className="flex flex-col px-3 py-1.5 text-cell">
        {proofOf(stop, orders, report, nowMs).map((step) => <Line key={step.name} step={step} />)}
      </ol>
    </section>
  );
}

function Line({ step: { name, done, at, orders } }: { step: Step }) {
  return (
    <li className="py-0.5">
      <span className={`flex items-center gap-2 ${done ? "" : "text-text-2"}`}>
        {done ? <Icon name="check" size={12} className="text-ok" /> : <span aria-hidden="true" className="mx-px size-2.5 shrink-0 rounded-full border-[1.5px] border-dashed border-text-3" />}
        <span className="sr-only">{done ? copy.isDone : copy.isWaiting}</span>
        <span className="flex-1">{name}</span>
        <span className="text-text-2">{at}</span>
      </span>
      {orders.length > 0 && (
        <ul className="mt-0.5 mb-1 ml-5 flex flex-col gap-0.5 text-hint">
          {orders.slice(0, MOST_NAMED).map((order) => (
            <li key={order.order_id} className="flex flex-wrap gap-x-2">
              <span>{orderWords(order)}</span>
              <span className="break-all text-text-3">{order.order_id}</span>
              <span className={order.status === "UNKNOWN" ? "text-warn" : "text-text-3"}>{order.status === "UNKNOWN" ? copy.outcomeUnknown : order.cancel_pending ? copy.cancelling : copy.notCancelledYet}</span>
            </li>
          ))}
          {orders.length > MOST_NAMED && <li className="text-text-3">{copy.andMore(orders.length - MOST_NAMED)}</li>}
        </ul>
      )}
    </li>
  );
}
