/** The list of keys, and whose work is shown. */
import { useEffect, useRef } from "react";
import { Button } from "@/components/Controls";
import { copy } from "@/lib/copy";
import { KEYS } from "./keys";

export function KeyList({ open, onClose }: { open: boolean; onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys-title" className="m-auto w-[480px] max-w-[92vw] rounded-panel border border-line bg-surface-1 p-5 text-text-1 shadow-dialog backdrop:bg-canvas/60">
      <h2 id="keys-title" className="mb-3 text-symbol font-semibold">Keys</h2>
      <dl className="grid grid-cols-[96px_1fr] gap-y-1.5 text-cell">
        {KEYS.map(([keys, does]) => (
          <div key={keys} className="contents">
            <dt><kbd className="rounded-[4px] bg-surface-3 px-1.5 font-sans text-micro leading-4 whitespace-pre text-text-2">{keys}</kbd></dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 border-t border-line pt-3 text-hint text-text-2">
        {copy.chartsBy} <a className="text-accent underline" href="https://www.tradingview.com/" target="_blank" rel="noreferrer">tradingview.com</a>. Typeface: Inter, SIL Open Font License 1.1.
      </p>
      <Button className="mt-4" onClick={onClose}>Close</Button>
    </dialog>
  );
}
