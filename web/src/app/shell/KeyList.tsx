/** The list of keys, and whose work is shown. */
import { Button } from "@/components/Controls";
import { Dialog } from "@/components/Dialog";
import { copy } from "@/lib/copy";
import { KEYS } from "./keys";

export function KeyList({ open, onClose }: { open: boolean; onClose(): void }) {
  return (
    <Dialog open={open} title="Keys" onClose={onClose} className="w-[480px]">
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
    </Dialog>
  );
}
