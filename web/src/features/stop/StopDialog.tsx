/** The kill switch: asks for a stop, shows its proof, and leads back. */
import { Dialog } from "@/components/Dialog";
import { useStore } from "@/lib/store";
import { Ask } from "./parts/Ask";
import { Proof } from "./parts/Proof";
import { Resume } from "./parts/Resume";
import { view, type View } from "./store";

const TITLES: Record<View, string> = { closed: "", ask: "Kill switch", proof: "Proof of the stop", resume: "Resume trading" };

/** `oldSinceMs`: since when the stream is silent; null while it is live. */
export function StopDialog({ oldSinceMs }: { oldSinceMs: number | null }) {
  const now = useStore(view);
  return (
    <Dialog open={now !== "closed"} title={TITLES[now]} onClose={() => view.set("closed")} className="w-[560px]">
      {now === "ask" && <Ask />}
      {now === "proof" && <Proof oldSinceMs={oldSinceMs} />}
      {now === "resume" && <Resume />}
    </Dialog>
  );
}
