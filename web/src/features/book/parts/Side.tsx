/** One side of the book: fixed rows whose text the frame loop writes. */
import { useEffect, useRef } from "react";
import { format } from "@/lib/decimal/format";
import { onFrame } from "@/lib/frame";
import type { Row } from "../model";

export interface BookColumns {
  price: number;
  size: number;
}

interface SideProps {
  side: "asks" | "bids";
  count: number;
  digits: BookColumns;
  /** Called in the frame after a change; gives the rows to show, best first. */
  rows(): readonly Row[];
  subscribe(listener: () => void): () => void;
  owned(): ReadonlySet<string>;
  onPick(row: Row, withSize: boolean): void;
}

export function Side({ side, count, digits, rows, subscribe, owned, onPick }: SideProps) {
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const write = () => body.current && paint(body.current, rows(), side, digits, owned());
    onFrame(write);
    return subscribe(() => onFrame(write));
  }, [rows, subscribe, side, digits, owned, count]);

  /** The row under the pointer is read when it is pressed: the price that was seen is the one taken. */
  const pick = (event: React.MouseEvent) => {
    const index = (event.target as HTMLElement).closest<HTMLElement>("[data-level]")?.dataset["level"];
    const row = rows().find((_, at) => `${at}` === index);
    if (row) onPick(row, event.shiftKey);
  };

  return (
    <div ref={body} role="rowgroup" aria-label={side === "asks" ? "Asks" : "Bids"} onPointerDown={pick} className="cursor-pointer">
      {Array.from({ length: count }, (_, place) => (
        <div key={place} role="row" data-level={side === "asks" ? count - 1 - place : place} className="relative grid h-[18px] grid-cols-[14px_84px_1fr_1fr] items-center pr-3 pl-1 hover:bg-surface-2">
          <span className={`absolute inset-y-[0.5px] right-0 w-full origin-right ${side === "asks" ? "bg-sell-soft" : "bg-buy-soft"}`} style={{ transform: "scaleX(0)" }} aria-hidden="true" />
          <span role="cell" className="relative size-1.5 justify-self-center rounded-full" />
          <span role="cell" className={`relative ${side === "asks" ? "text-sell" : "text-buy"}`} data-live="">{"\u00a0"}</span>
          <span role="cell" className="relative text-right" data-live="">{"\u00a0"}</span>
          <span role="cell" className="relative text-right text-text-2" data-live="">{"\u00a0"}</span>
        </div>
      ))}
    </div>
  );
}

function paint(body: HTMLElement, rows: readonly Row[], side: "asks" | "bids", digits: BookColumns, owned: ReadonlySet<string>): void {
  const count = body.children.length;
  for (let place = 0; place < count; place += 1) {
    const row = rows[side === "asks" ? count - 1 - place : place];
    const [bar, own, price, size, sum] = (body.children[place] as HTMLElement).children as unknown as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
    const shown = row ? format(row.price, { digits: digits.price }) : "\u00a0";
    write(price, shown);
    write(size, row ? format(row.size, { digits: digits.size }) : "\u00a0");
    write(sum, row ? format(row.sum, { digits: digits.size }) : "\u00a0");
    bar.style.transform = `scaleX(${row?.part ?? 0})`;
    const isOwn = owned.has(shown);
    own.style.backgroundColor = isOwn ? "var(--color-text-1)" : "transparent";
    own.title = isOwn ? "Your order" : "";
  }
}

function write(element: HTMLElement, text: string): void {
  const node = element.firstChild;
  if (node && node.nodeValue !== text) node.nodeValue = text;
}
