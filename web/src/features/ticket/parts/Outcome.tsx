/** What became of the last press: refused and why, or not known. Its place is always reserved. */
import { Button } from "@/components/Controls";
import { Icon } from "@/components/Icon";
import { useSecond } from "@/lib/clock";
import { explained } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { useStore } from "@/lib/store";
import { ageOf } from "@/lib/time";
import { edit, mending, place, sending } from "../store";

export function Outcome({ onWatch }: { onWatch(): void }) {
  const now = useStore(sending);
  if (now.state === "unknown") return <Unknown sinceMs={now.sinceMs} onWatch={onWatch} />;
  if (now.state !== "ready" || now.refusal === null) return null;
  const { text, refusals, action } = explained(now.refusal);
  return (
    <div role="alert" className="rounded-panel border border-danger/50 px-2.5 py-2 text-hint">
      <p className="flex gap-1.5"><Icon name="warning" size={14} className="mt-px text-danger" />{text}</p>
      <p className="mt-1 text-text-2">{action}</p>
      {refusals.map((refusal) => {
        const mended = mending(refusal);
        return mended && <Button key={refusal.field} className="mt-1.5" onClick={() => edit(mended)}>Use nearest: {refusal.nearest}</Button>;
      })}
    </div>
  );
}

function Unknown({ sinceMs, onWatch }: { sinceMs: number; onWatch(): void }) {
  const nowMs = useSecond();
  return (
    <div role="alert" className="hatched-warn rounded-panel border border-warn/60 px-2.5 py-2">
      <p><strong className="font-[550] text-warn">UNKNOWN {ageOf(nowMs - sinceMs)}</strong> {copy.unknown}</p>
      <div className="mt-1.5 flex gap-1.5">
        <Button onClick={onWatch}>Watch</Button>
        <Button onClick={() => void place(null)}>Ask again, same order</Button>
      </div>
    </div>
  );
}
