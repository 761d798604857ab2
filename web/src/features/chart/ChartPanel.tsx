/** The chart: intervals, our own orders, fills and position on the market's candles. */
import { useMemo, useState } from "react";
import { Button, Segmented } from "@/components/Controls";
import { Empty, Panel, Skeleton } from "@/components/Panel";
import { told } from "@/lib/api/problem";
import type { Account, Instrument, Order } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { holdings } from "@/lib/desk/holdings";
import { useCandles, useFillsOnChart } from "@/lib/desk/queries";
import { amending, notChanged } from "@/lib/desk/amending";
import { whyFixed } from "@/lib/order/amendment";
import { usePart, useStore } from "@/lib/store";
import { useTopic } from "@/lib/stream/stream";
import { INTERVALS, ownLines, type Interval } from "./model";
import { CandleView } from "./parts/CandleView";

interface ChartPanelProps {
  instrument: Instrument;
  account: Account;
  /** Why nothing new may be asked of the account just now. */
  closed: string | null;
  interval: Interval;
  onInterval(interval: Interval): void;
  onCancel(order: Order): void;
  className?: string;
}

/** How often lines and position follow what is held. */
const HELD_MS = 100;
const LAYERS = ["Averages", "Orders", "Fills", "Position"] as const;
type Layer = (typeof LAYERS)[number];

export function ChartPanel({ instrument, account, closed, interval, onInterval, onCancel, className = "" }: ChartPanelProps) {
  const { venue, symbol } = instrument;
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(new Set(LAYERS));
  const history = useCandles(venue, symbol, interval);
  const live = useTopic({ topic: "candles", venue, symbol, interval });
  const trades = useTopic({ topic: "trades", venue, symbol });
  const ticker = useTopic({ topic: "ticker", venue, symbol });
  const orders = usePart(holdings, (state) => state.orders, HELD_MS);
  const positions = usePart(holdings, (state) => state.positions, HELD_MS);
  const { data: known } = useFillsOnChart(account.id, symbol);
  const position = positions.find((each) => each.account === account.id && each.symbol === symbol) ?? null;
  const changing = useStore(amending);
  const unchanged = useStore(notChanged);
  const lines = useMemo(() => {
    const own = orders.filter((order) => order.account === account.id && order.symbol === symbol);
    return ownLines(layers.has("Orders") ? own : [], layers.has("Position") ? position : null, instrument, changing);
  }, [orders, position, layers, instrument, account.id, symbol, changing]);
  const fills = useMemo(() => (layers.has("Fills") ? (known ?? []).filter((fill) => fill.venue_time !== null) : []), [known, layers]);
  const toggle = (layer: Layer) => setLayers((now) => (now.has(layer) ? new Set([...now].filter((each) => each !== layer)) : new Set([...now, layer])));

  return (
    <Panel name="Chart" className={className}>
      <div className="flex h-9 shrink-0 items-center gap-0.5 overflow-x-auto border-b border-line px-2">
        <Segmented
          label="Interval" items={INTERVALS} value={interval} onChange={onInterval} className="flex gap-0.5"
          itemClass={(active) => `h-6 rounded-chip px-[7px] ${active ? "bg-surface-3 font-[550] text-text-1" : "text-text-2 hover:text-text-1"}`}
        />
        <span className="flex-1" />
        {LAYERS.map((layer) => (
          <button key={layer} type="button" aria-pressed={layers.has(layer)} onClick={() => toggle(layer)} className={`h-6 rounded-chip px-2 ${layers.has(layer) ? "bg-accent-soft text-text-1" : "text-text-2 hover:text-text-1"}`}>{layer}</button>
        ))}
      </div>
      {history.isPending && <Skeleton rows={8} noun="candles" className="flex-1 justify-center" />}
      {history.isError && <Empty text={copy.failed("Candles", told(history.error))}><Button onClick={() => void history.refetch()}>Try again</Button></Empty>}
      {history.data && (
        <CandleView
          key={`${venue}|${symbol}|${interval}`} history={history.data} live={live} trades={trades} ticker={ticker} instrument={instrument} lines={lines} fills={fills}
          intervalS={INTERVALS.find((each) => each.value === interval)?.seconds ?? 60} position={position} averages={layers.has("Averages")} onCancel={onCancel}
          whyFixed={(order) => whyFixed(order, account, closed)} notChanged={unchanged}
        />
      )}
    </Panel>
  );
}
