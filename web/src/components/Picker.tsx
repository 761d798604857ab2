/** A button that opens a searchable list: accounts, symbols. */
import * as Popover from "@radix-ui/react-popover";
import { useRef, useState, type ReactNode } from "react";

interface PickerItem {
  key: string;
  /** What is searched. */
  words: string;
  row: ReactNode;
  disabled?: boolean;
}

interface PickerProps {
  label: string;
  items: readonly PickerItem[];
  selected: string | null;
  onPick(key: string): void;
  children: ReactNode;
  className?: string;
  /** For the key that opens it. */
  id?: string;
}

const MOST_SHOWN = 200;

export function Picker({ label, items, selected, onPick, children, className = "", id }: PickerProps) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const words = search.toLowerCase().split(/\s+/);
  const found = items.filter((item) => words.every((word) => item.words.toLowerCase().includes(word))).slice(0, MOST_SHOWN);

  const pick = (item: PickerItem | undefined) => {
    if (!item || item.disabled) return;
    onPick(item.key);
    setOpen(false);
  };
  const walk = (event: React.KeyboardEvent) => {
    if (event.key === "Enter") pick(found[at]);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), found.length - 1);
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const toggle = (isOpen: boolean) => {
    setOpen(isOpen);
    setSearch("");
    setAt(Math.max(items.findIndex((item) => item.key === selected), 0));
  };

  return (
    <Popover.Root open={open} onOpenChange={toggle}>
      <Popover.Trigger id={id} aria-label={label} className={className}>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="start" sideOffset={4} aria-label={label} className="z-30 w-80 rounded-panel border border-line bg-surface-2 p-1 shadow-popover">
          <input
            value={search} placeholder="Search" aria-label={`Search: ${label}`} role="combobox" aria-expanded="true" aria-controls="picker-list" aria-activedescendant={found[at] ? `pick-${found[at].key}` : undefined}
            onChange={(event) => { setSearch(event.target.value); setAt(0); }} onKeyDown={walk}
            className="mb-1 h-8 w-full rounded-chip bg-surface-1 px-2.5 outline-none focus-visible:outline-2"
          />
          <div ref={list} id="picker-list" role="listbox" aria-label={label} className="max-h-80 overflow-y-auto">
            {found.map((item, index) => (
              <div
                key={item.key} id={`pick-${item.key}`} role="option" aria-selected={item.key === selected} aria-disabled={item.disabled}
                onClick={() => pick(item)} onPointerMove={() => setAt(index)}
                className={`flex h-8 cursor-pointer items-center gap-2 rounded-chip px-2.5 whitespace-nowrap ${index === at ? "bg-surface-3" : ""} ${item.disabled ? "text-text-3" : ""}`}
              >
                {item.row}
              </div>
            ))}
            {found.length === 0 && <p className="p-2.5 text-text-3">Nothing matches.</p>}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
