/** For as long as an account is stopped: a red rule along the top, and who stopped it, when and why. */
import { Button } from "@/components/Controls";
import { Icon } from "@/components/Icon";
import { useSecond } from "@/lib/clock";
import { system } from "@/lib/desk/system";
import { useStore } from "@/lib/store";
import { bannerOf } from "./model";
import { view } from "./store";

const BANNER = "flex min-h-9 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-danger-soft px-3.5 py-1.5 text-cell";

export function StopBanner() {
  const words = bannerOf(useStore(system).accounts.values(), useSecond());
  return (
    <>
      {words !== null && <div aria-hidden="true" className="pointer-events-none fixed inset-x-0 top-0 z-70 h-[3px] bg-danger" />}
      <div {...(words === null ? {} : { role: "region", "aria-label": "Trading is halted", className: BANNER })}>
        {words !== null && <Icon name="stop" size={14} className="text-danger" />}
        {/* It is there before it has words, so that they are read when they come. */}
        <p aria-live="assertive" className="min-w-0 flex-1 basis-64 break-words">{words}</p>
        {words !== null && (
          <span className="flex gap-2">
            <Button onClick={() => view.set("proof")}>Show proof</Button>
            <Button onClick={() => view.set("resume")}>Resume…</Button>
          </span>
        )}
      </div>
    </>
  );
}
