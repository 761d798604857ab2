/** The book of one market with its trades below. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Choice, Segmented } from "@/components/Controls";
import { LiveText } from "@/components/Numbers";
import { Panel } from "@/components/Panel";
import type { Instrument } from "@/lib/api/types";
import { holdings } from "@/lib/desk/holdings";
import { decimal, parse, shortest, text } from "@/lib/decimal/decimal";
import { format } from "@/lib/decimal/format";
import { priceDigits, sizeDigits, sizeUnit, tickAt, venueName } from "@/lib/instrument";
import { usePart } from "@/lib/store";
import { connection, useTopic, type Live } from "@/lib/stream/stream";
import { groupings, rowsOf, spreadOf, type Row, type Rows } from "./model";
import { Side } from "./parts/Side";
import { Tape } from "./parts/Tape";

interface BookPanelProps {
  instrument: Instrument;
  account: string;
  onPick(price: string, size: string | null): void;
  className?: string;
}

const DEPTH = 20;
const ROW_PX = 18;
/** Head, column names and the spread; then the tape with five trades. */
const FIXED_PX = 104;
const TAPE_PX = 118;
const FEWEST = 7;
const EMPTY: Rows = { asks: [], bids: [] };

export function BookPanel({ instrument, account, onPick, className = "" }: BookPanelProps) {
  const { venue, symbol } = instrument;
  const store = useTopic({ topic: "book", venue, symbol });
  const trades = useTopic({ topic: "trades", venue, symbol });
  const ticker = useTopic({ topic: "ticker", venue, symbol });
  const [panel, height] = useHeight();
  const [shown, show] = useState<"book" | "trades">("book");
  const besideTape = Math.floor((height - FIXED_PX - TAPE_PX) / (2 * ROW_PX));
  // Where there is no room for both, book and trades share the panel.
  const isShared = height > 0 && besideTape < FEWEST;
  const count = Math.min(isShared ? Math.floor((height - FIXED_PX) / (2 * ROW_PX)) : Math.max(besideTape, FEWEST), DEPTH);
  const isStale = usePart(store, (state) => state.stale);
  const isConnected = usePart(connection, (state) => state.phase === "live");
  const near = usePart(ticker, (state) => state.ticker?.last ?? null, 1_000);
  const steps = groupings(tickAt(instrument, parse(near) ?? decimal("1")));
  const [chosen, setChosen] = useState<string | null>(null);
  const grouping = steps.map(text).find((step) => step === chosen) ?? text(steps[0] ?? decimal("1"));
  const step = useMemo(() => shortest(decimal(grouping)), [grouping]);
  const digits = useMemo(
    () => ({ price: Math.max(step.scale, priceDigits(instrument, parse(near))), size: sizeDigits(instrument) }),
    [step, instrument, near],
  );

  const made = useRef<{ from: Live["book"]; step: typeof step; count: number; rows: Rows }>({ from: null, step, count, rows: EMPTY });
  const rows = useCallback(() => {
    const { book } = store.get();
    if (!book) return EMPTY;
    if (made.current.from !== book || made.current.step !== step || made.current.count !== count) made.current = { from: book, step, count, rows: rowsOf(book, step, count) };
    return made.current.rows;
  }, [store, step, count]);
  const asks = useCallback(() => rows().asks, [rows]);
  const bids = useCallback(() => rows().bids, [rows]);

  const orders = usePart(holdings, (state) => state.orders, 250);
  const ownPrices = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const own = orders.filter((order) => order.account === account && order.symbol === symbol);
    ownPrices.current = new Set(own.flatMap((order) => (order.limit_price ? [format(order.limit_price, { digits: digits.price })] : [])));
  }, [orders, account, symbol, digits]);
  const owned = useCallback(() => ownPrices.current, []);
  const pick = (row: Row, withSize: boolean) => onPick(text(row.price), withSize ? text(row.sum) : null);

  const unit = sizeUnit(instrument);
  const spread = useCallback((live: Live) => {
    const wide = live.book ? spreadOf(live.book) : null;
    return wide ? `${format(wide.width)} · ${format(wide.basisPoints, { digits: 2 })} bp` : "";
  }, []);
  const lastTone = useCallback((live: Live) => (live.trades[0]?.taker === "SELL" ? "text-sell" : "text-buy"), []);
  const mark = useCallback((live: Live) => (live.ticker?.mark ? `Mark ${format(live.ticker.mark, { digits: digits.price })}` : ""), [digits]);
  const lastTrade = useCallback((live: Live) => (live.trades[0] ? format(live.trades[0].price, { digits: digits.price }) : "—"), [digits]);

  return (
    <Panel name="Order book" ref={panel} className={`${isStale ? "aged" : ""} ${className}`}>
      <div className="flex h-9 shrink-0 items-center gap-3.5 border-b border-line px-3">
        {isShared ? (
          <Segmented<"book" | "trades">
            label="Shown" value={shown} onChange={show} className="flex gap-3.5" items={[{ value: "book", label: "Book" }, { value: "trades", label: "Trades" }]}
            itemClass={(active) => `h-6 text-cell ${active ? "font-[550]" : "text-text-3 hover:text-text-1"}`}
          />
        ) : (
          <h2 className="text-cell font-[550]">Book</h2>
        )}
        <span className="flex-1" />
        {isStale && <span className="text-hint text-warn">▲ {isConnected ? "rebuilding" : "stale"}</span>}
        <Choice label="Price grouping" value={grouping} items={steps.map((each) => ({ value: text(each), label: format(each) }))} onChange={setChosen} className="rounded-chip bg-surface-2 pl-1.5 text-text-2" />
        <span className="text-text-2">{venueName(venue)}</span>
      </div>
      <div role="table" aria-label="Price levels" className={`shrink-0 ${isShared && shown === "trades" ? "hidden" : ""}`}>
        <div role="row" className="grid h-6 grid-cols-[14px_84px_1fr_1fr] items-center pr-3 pl-1 text-hint text-text-3">
          <span role="columnheader"><span className="sr-only">Own</span></span>
          <span role="columnheader">Price</span>
          <span role="columnheader" className="text-right">Size {unit}</span>
          <span role="columnheader" className="text-right">Sum {unit}</span>
        </div>
        <Side side="asks" count={count} digits={digits} rows={asks} subscribe={store.subscribe} owned={owned} onPick={pick} />
        <div role="row" className="my-[3px] flex h-[38px] items-center gap-2.5 border-y border-line pr-3 pl-[18px]">
          <span role="cell" className="text-symbol font-semibold tracking-[-0.01em]">
            <LiveText store={trades} show={lastTrade} tone={lastTone} />
          </span>
          <span role="cell" className="text-text-3"><LiveText store={ticker} show={mark} /></span>
          <span role="cell" className="flex-1 text-right text-text-2"><LiveText store={store} show={spread} /></span>
        </div>
        <Side side="bids" count={count} digits={digits} rows={bids} subscribe={store.subscribe} owned={owned} onPick={pick} />
      </div>
      {(!isShared || shown === "trades") && <Tape store={trades} digits={digits} />}
    </Panel>
  );
}

function useHeight() {
  const element = useRef<HTMLElement>(null);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const watch = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, height] as const;
}
