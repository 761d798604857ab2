/** The one modal dialog: the browser's own, which keeps the keyboard inside and gives it back. */
import { useId, useLayoutEffect, useRef, type ReactNode } from "react";

interface DialogProps {
  open: boolean;
  title: string;
  onClose(): void;
  /** Its content begins anew each time that it opens. */
  children: ReactNode;
  className?: string;
}

export function Dialog({ open, title, onClose, children, className = "" }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the effects of the content, which may want the keyboard for a field of theirs.
  useLayoutEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    else if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={id} className={`m-auto max-h-[92dvh] max-w-[92vw] overflow-y-auto rounded-panel border border-line bg-surface-1 p-5 text-body whitespace-normal text-text-1 shadow-dialog backdrop:bg-canvas/60 ${className}`}>
      {open && <h2 id={id} className="mb-3 text-symbol font-semibold">{title}</h2>}
      {open && children}
    </dialog>
  );
}
