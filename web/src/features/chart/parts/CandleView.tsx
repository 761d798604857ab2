/** The canvas of the chart: loaded after first paint, fed by the stream. */
import { useCallback, useEffect, useRef, useState } from "react";
import { Button } from "@/components/Controls";
import { Empty } from "@/components/Panel";
import { NoAnswer, told } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { second } from "@/lib/clock";
import { usePart, useStore } from "@/lib/store";
import type { Fill, Instrument, Order, Position } from "@/lib/api/types";
import type { CandleChart } from "@/lib/chart/candleChart";
import { parse } from "@/lib/decimal/decimal";
import { onFrame } from "@/lib/frame";
import { priceDigits } from "@/lib/instrument";
import type { Candle } from "@/lib/stream/protocol";
import { merged, type Live } from "@/lib/stream/stream";
import type { Store } from "@/lib/store";
import { theme } from "@/lib/theme";
import { spread, withTrades, type OwnLine } from "../model";
import { Legend } from "./Legend";
import { STRIP_PX, type Scale } from "./dragging";
import { Tags } from "./Tags";

interface CandleViewProps {
  history: Candle[];
  live: Store<Live>;
  trades: Store<Live>;
  ticker: Store<Live>;
  instrument: Instrument;
  intervalS: number;
  lines: readonly OwnLine[];
  fills: readonly Fill[];
  position: Position | null;
  averages: boolean;
  onCancel(order: Order): void;
  whyFixed(order: Order): string | null;
  notChanged: ReadonlyMap<string, string>;
}

/** How often the running bar is drawn: the last price beside it follows every frame. */
const BARS_MS = 100;

export function CandleView(props: CandleViewProps) {
  const { history, live, trades, ticker, instrument, intervalS, lines, fills, position, averages, onCancel, whyFixed, notChanged } = props;
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<CandleChart | null>(null);
  const [isFailed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [hovered, setHovered] = useState<Candle | null>(null);
  const [newest, setNewest] = useState<Candle | null>(history.at(-1) ?? null);
  const tags = useRef(new Map<string, HTMLElement>());
  const strips = useRef(new Map<string, HTMLElement>());
  const shownTheme = useStore(theme);
  const nowMs = useStore(second);
  const isStale = usePart(ticker, (now) => now.stale);
  const digits = priceDigits(instrument, parse(newest?.close));

  const arrange = useCallback(() => {
    const heights = [...tags.current].map(([id, element]) => ({ element, height: chart?.heightOf(id) ?? null }));
    const tops = spread(heights.map(({ height }) => height));
    heights.forEach(({ element }, index) => {
      const top = tops[index] ?? null;
      element.style.visibility = top === null ? "hidden" : "visible";
      if (top !== null) element.style.transform = `translateY(${top}px)`;
    });
    for (const [id, element] of strips.current) {
      const height = chart?.heightOf(id) ?? null;
      element.style.visibility = height === null ? "hidden" : "visible";
      if (height !== null) element.style.transform = `translateY(${Math.round(height) - STRIP_PX / 2}px)`;
    }
  }, [chart]);
  const arranging = useRef(arrange);
  useEffect(() => {
    arranging.current = arrange;
    onFrame(arrange);
  }, [arrange, lines]);

  useEffect(() => {
    let made: CandleChart | null = null;
    let isGone = false;
    const job = () => arranging.current();
    void import("@/lib/chart/candleChart").then((module) => {
      if (isGone || !place.current) return;
      made = new module.CandleChart(place.current, setHovered, () => onFrame(job));
      setChart(made);
    }, () => setFailed(true));
    return () => {
      isGone = true;
      made?.close();
      setChart(null);
    };
  }, [attempt]);

  // The library's colours are values, not variables: they are read anew with the theme.
  useEffect(() => chart?.look({ digits, averages, stale: isStale }), [chart, digits, averages, isStale, shownTheme]);

  useEffect(() => {
    if (!chart) return;
    let [isOther, isOver] = [true, false];
    const show = () => {
      if (isOver) return; // asked for in the frame before
      const all = withTrades(merged(history, live.get().candles), trades.get().trades, intervalS);
      chart.show(all, isOther);
      isOther = false;
      setNewest(all.at(-1) ?? null);
    };
    show();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        onFrame(show);
      }, BARS_MS);
    };
    const ends = [live.subscribe(soon), trades.subscribe(soon)];
    return () => {
      isOver = true;
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [chart, history, live, trades, intervalS]);

  useEffect(() => chart?.showFills(fills), [chart, fills, shownTheme]);
  useEffect(() => {
    chart?.showLines(lines);
    onFrame(arrange);
    // A new look takes the lines away.
  }, [chart, lines, shownTheme, digits, averages, isStale, arrange]);

  const keep = useCallback((element: HTMLElement | null, line: OwnLine, part: "tag" | "strip") => {
    const all = part === "tag" ? tags.current : strips.current;
    if (element) all.set(line.id, element);
    else all.delete(line.id);
  }, []);
  const scale: Scale = { heightOf: (id) => chart?.heightOf(id) ?? null, priceAt: (height) => chart?.priceAt(height) ?? null, hold: (isHeld) => chart?.hold(isHeld) };

  const again = () => {
    setFailed(false);
    setAttempt(attempt + 1);
  };
  if (isFailed) return <Empty text={copy.failed("The chart", told(new NoAnswer()))}><Button onClick={again}>Try again</Button></Empty>;
  const shown = hovered ?? newest;
  const closesInMs = hovered === null && newest ? Date.parse(newest.start_at) + intervalS * 1_000 - nowMs : null;
  return (
    <div className="relative min-h-0 flex-1 overflow-hidden">
      <div ref={place} className="absolute inset-0" role="img" aria-label={`Candles of ${instrument.symbol}${newest ? `, last close ${newest.close}` : ""}`} />
      {!newest && <p className="absolute inset-0 grid place-items-center text-text-2">{copy.noCandles}</p>}
      {shown && <Legend candle={shown} digits={digits} closesInMs={closesInMs} />}
      <Tags lines={lines} position={position} instrument={instrument} ticker={ticker} onCancel={onCancel} whyFixed={whyFixed} notChanged={notChanged} scale={scale} place={keep} />
    </div>
  );
}
