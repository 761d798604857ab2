/** The one table: sticky head, sorted by its columns, walked by keys, virtual when it is long. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Fragment, useMemo, useRef, useState, type ReactNode } from "react";

export interface Column<R> {
  id: string;
  head: string;
  align?: "right";
  /** The widest that is expected, so that nothing moves: in characters. */
  width?: number;
  /** Stays in sight at the right edge while the rest is scrolled below it. */
  pinned?: boolean;
  /** Left out on a phone. */
  isWide?: boolean;
  cell(row: R): ReactNode;
  sort?(a: R, b: R): number;
}

interface DataTableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  rowKey(row: R): string;
  rowClass?(row: R): string;
  edge?(row: R): string;
  selected?: ReadonlySet<string>;
  onSelect?(key: string): void;
  /** What Enter on a row does. */
  onOpen?(row: R): void;
  /** A line of its own below a row that is being worked on. */
  below?(row: R): ReactNode;
  empty: ReactNode;
}

const ROW_PX = 31;
const VIRTUAL_FROM = 100;

export function DataTable<R>(props: DataTableProps<R>) {
  const { label, columns, rowKey, rowClass, edge, selected, onSelect, onOpen, below: lineBelow, empty } = props;
  const [order, setOrder] = useState<{ id: string; way: 1 | -1 } | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => {
    const sort = columns.find((column) => column.id === order?.id)?.sort;
    return sort && order ? props.rows.toSorted((a, b) => sort(a, b) * order.way) : props.rows;
  }, [props.rows, columns, order]);
  const isVirtual = rows.length > VIRTUAL_FROM;
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => frame.current, estimateSize: () => ROW_PX, overscan: 8, enabled: isVirtual });
  const items = virtual.getVirtualItems();
  const shown = isVirtual ? items.map((item) => item.index) : rows.map((_, index) => index);
  const above = isVirtual ? (items[0]?.start ?? 0) : 0;
  const below = isVirtual ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;

  const cycle = (id: string) => setOrder((now) => (now?.id !== id ? { id, way: -1 } : now.way === -1 ? { id, way: 1 } : null));
  const walk = (event: React.KeyboardEvent<HTMLTableRowElement>, row: R, key: string) => {
    if (event.target !== event.currentTarget) return;
    const rowsShown = [...(event.currentTarget.parentElement?.querySelectorAll<HTMLElement>("tr[data-row]") ?? [])];
    const at = rowsShown.indexOf(event.currentTarget);
    const next = event.key === "ArrowDown" ? rowsShown[at + 1] : event.key === "ArrowUp" ? rowsShown[at - 1] : undefined;
    next?.focus();
    if (event.key === " ") onSelect?.(key);
    if (event.key === "Enter") onOpen?.(row);
    if (next || event.key === " " || event.key === "Enter") event.preventDefault();
  };

  if (rows.length === 0) return empty;
  return (
    <div ref={frame} className="@container min-h-0 flex-1 overflow-auto" tabIndex={-1}>
      <table role="grid" aria-label={label} aria-rowcount={rows.length + 1} className="w-full border-separate border-spacing-0 text-cell">
        <thead className="sticky top-0 z-10 bg-surface-1">
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.id} scope="col" style={column.width ? { minWidth: `${column.width}ch` } : undefined} aria-sort={order?.id === column.id ? (order.way > 0 ? "ascending" : "descending") : undefined} className={`h-[26px] px-[5px] text-hint font-normal whitespace-nowrap text-text-3 first:pl-3.5 last:pr-3 ${column.align === "right" ? "text-right" : "text-left"} ${column.pinned ? "pinned" : ""} ${column.isWide ? "max-tablet:hidden" : ""}`}>
                {column.sort ? (
                  <button type="button" className="h-6 hover:text-text-1" onClick={() => cycle(column.id)}>
                    {column.head}
                    {order?.id === column.id ? (order.way > 0 ? " ↑" : " ↓") : ""}
                  </button>
                ) : (
                  column.head || <span className="sr-only">Actions</span>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr aria-hidden="true"><td style={{ height: above }} /></tr>}
          {shown.map((index) => {
            const row = rows[index] as R;
            const key = rowKey(row);
            const line = lineBelow?.(row);
            return (
              <Fragment key={key}>
              <tr data-row={key} aria-rowindex={index + 2} aria-selected={onSelect ? selected?.has(key) === true : undefined} tabIndex={index === shown[0] ? 0 : -1} onKeyDown={(event) => walk(event, row, key)} onClick={(event) => event.target instanceof HTMLTableCellElement && onSelect?.(key)} className={`hover:bg-surface-2 hover:[--row:var(--color-surface-2)] ${selected?.has(key) ? "bg-surface-3 [--row:var(--color-surface-3)]" : ""} ${rowClass?.(row) ?? ""}`}>
                {columns.map((column, position) => (
                  <td key={column.id} className={`h-[31px] border-t border-line px-[5px] whitespace-nowrap first:pl-3.5 last:pr-3 ${column.align === "right" ? "text-right" : ""} ${column.pinned ? "pinned" : ""} ${column.isWide ? "max-tablet:hidden" : ""} ${position === 0 ? (edge?.(row) ?? "") : ""}`}>{column.cell(row)}</td>
                ))}
              </tr>
              {line && <tr><td colSpan={columns.length} className="pb-1.5"><div className="sticky left-0 w-fit max-w-[100cqi] pr-3 pl-3.5">{line}</div></td></tr>}
              </Fragment>
            );
          })}
          {below > 0 && <tr aria-hidden="true"><td style={{ height: below }} /></tr>}
        </tbody>
      </table>
    </div>
  );
}
