/** The chart library behind one small face: candles, volume, averages, lines, fills. */
import {
  CandlestickSeries, ColorType, createChart, CrosshairMode, HistogramSeries, LineSeries, LineStyle,
  type AutoscaleInfo, type IChartApi, type IPriceLine, type ISeriesApi, type UTCTimestamp,
} from "lightweight-charts";
import type { Fill } from "@/lib/api/types";
import type { Candle } from "@/lib/stream/protocol";
import { format } from "@/lib/decimal/format";
import { exponential } from "./averages";
import { colourOf } from "./colours";
import { FillMarks, type FillMark } from "./triangles";

interface Line {
  id: string;
  price: string;
  kind: "buy" | "sell" | "position";
  /** The price that the venue has, where another is asked for: drawn as a ghost. */
  from: string | null;
}

interface Drawn {
  line: IPriceLine;
  price: number;
  kind: Line["kind"] | "ghost";
}

interface Looks {
  digits: number;
  averages: boolean;
  /** Nobody vouches for the last price: it is grey, like everything that is old. */
  stale: boolean;
}

const SPANS = [20, 50] as const;
const BARS_SHOWN = 120;
const REACH = 0.4;

export class CandleChart {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly averages: ISeriesApi<"Line">[];
  private readonly marks: FillMarks;
  private lines = new Map<string, Drawn>();
  private range: AutoscaleInfo | null = null;
  private isHeld = false;
  private isClosed = false;
  private candles: Candle[] = [];
  private fills: readonly Fill[] = [];
  private palette = { buy: "", sell: "", edge: "", text: "", up: "", down: "" };

  /** ``onDraw`` is called whenever prices may stand at other heights than before. */
  constructor(place: HTMLElement, onHover: (candle: Candle | null) => void, onDraw: () => void) {
    this.marks = new FillMarks(onDraw);
    this.chart = createChart(place, {
      autoSize: true,
      crosshair: { mode: CrosshairMode.Normal },
      rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.12 }, minimumWidth: 72 },
      timeScale: { timeVisible: true, rightOffset: 6, minBarSpacing: 2 },
      // The credit that the licence asks for is in the list of keys, as text.
      layout: { attributionLogo: false },
    });
    this.series = this.chart.addSeries(CandlestickSeries, { borderVisible: false, autoscaleInfoProvider: (plain: () => AutoscaleInfo | null) => this.withLines(plain()) });
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", lastValueVisible: false, priceLineVisible: false, priceFormat: { type: "volume" } });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.88, bottom: 0 } });
    this.averages = SPANS.map(() => this.chart.addSeries(LineSeries, { lineWidth: 1, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false }));
    this.series.attachPrimitive(this.marks);
    this.chart.subscribeCrosshairMove(({ time }) => {
      const start = time === undefined ? null : new Date(Number(time) * 1_000 + new Date().getTimezoneOffset() * 60_000).getTime();
      onHover(start === null ? null : (this.candles.find((each) => Date.parse(each.start_at) === start) ?? null));
    });
  }

  look({ digits, averages, stale }: Looks): void {
    if (this.isClosed) return;
    this.palette = {
      buy: colourOf("buy"), sell: colourOf("sell"), edge: colourOf("surface-1"), text: colourOf("text-2"), up: colourOf("buy", 0.2), down: colourOf("sell", 0.2),
    };
    const [text, line, buy, sell] = [colourOf("text-3"), colourOf("line"), colourOf("buy"), colourOf("sell")];
    this.chart.applyOptions({ localization: { priceFormatter: (value: number) => format(value.toFixed(digits), { digits }) } });
    const grid = { color: colourOf("line", 0.55) };
    this.chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: colourOf("surface-1") }, textColor: text, fontFamily: "Inter, sans-serif", fontSize: 11.5, attributionLogo: false },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      crosshair: { vertLine: { color: text, labelBackgroundColor: colourOf("surface-3") }, horzLine: { color: text, labelBackgroundColor: colourOf("surface-3") } },
    });
    this.series.applyOptions({
      upColor: buy, downColor: sell, wickUpColor: buy, wickDownColor: sell, priceLineStyle: LineStyle.Dotted, priceLineColor: stale ? text : "",
      priceFormat: { type: "price", precision: digits, minMove: 1 / 10 ** digits },
    });
    this.averages.forEach((series, index) => series.applyOptions({ color: colourOf(`hue-${index + 1}`, 0.85), visible: averages }));
    this.clearLines();
    this.paintAll();
  }

  /** Show these candles, oldest first. Only the newest are drawn anew where the rest is the same. */
  show(candles: Candle[], isOther: boolean): void {
    if (this.isClosed) return;
    const known = this.candles;
    this.candles = candles;
    const last = known.at(-1);
    const from = last ? candles.findIndex((each) => each.start_at === last.start_at) : -1;
    if (isOther || from < 0 || candles.length - from > 3 || candles[0]?.start_at !== known[0]?.start_at) {
      this.paintAll();
      if (isOther) this.chart.timeScale().setVisibleLogicalRange({ from: candles.length - BARS_SHOWN, to: candles.length + 6 });
      return;
    }
    for (const candle of candles.slice(from)) {
      this.series.update(bar(candle));
      this.volume.update(this.volumeBar(candle));
    }
    if (candles.length > known.length) this.paintAverages();
  }

  showFills(fills: readonly Fill[]): void {
    if (this.isClosed) return;
    this.fills = fills;
    this.paintFills();
  }

  showLines(lines: readonly Line[]): void {
    if (this.isClosed) return;
    const wanted = new Map<string, { price: number; kind: Drawn["kind"] }>();
    for (const { id, price, kind, from } of lines) {
      wanted.set(id, { price: Number(price), kind });
      if (from !== null) wanted.set(`${id}|from`, { price: Number(from), kind: "ghost" });
    }
    for (const [id, known] of this.lines) {
      if (wanted.get(id)?.kind === known.kind) continue;
      this.series.removePriceLine(known.line);
      this.lines.delete(id);
    }
    for (const [id, { price, kind }] of wanted) {
      const known = this.lines.get(id);
      if (!known) this.lines.set(id, { line: this.drawn(price, kind), price, kind });
      else if (known.price !== price) {
        known.line.applyOptions({ price });
        known.price = price;
      }
    }
  }

  private drawn(price: number, kind: Drawn["kind"]): IPriceLine {
    const isPosition = kind === "position";
    const isGhost = kind === "ghost";
    return this.series.createPriceLine({
      price, title: "", lineWidth: 1, lineStyle: isPosition ? LineStyle.Solid : isGhost ? LineStyle.Dotted : LineStyle.LargeDashed, axisLabelVisible: !isGhost,
      color: colourOf(isPosition ? "text-1" : isGhost ? "text-3" : kind), axisLabelColor: colourOf(isPosition ? "text-1" : isGhost ? "surface-3" : `${kind}-fill`),
      axisLabelTextColor: colourOf(isPosition ? "surface-1" : "on-fill"),
    });
  }

  private clearLines(): void {
    for (const { line } of this.lines.values()) this.series.removePriceLine(line);
    this.lines.clear();
  }

  /** Where a line is just now, in pixels from the top; null while it is out of sight. */
  heightOf(id: string): number | null {
    const known = this.lines.get(id);
    return known ? this.series.priceToCoordinate(known.price) : null;
  }

  /** The price at a height, with more digits than any tick has; null outside of the pane. */
  priceAt(height: number): string | null {
    const price = this.series.coordinateToPrice(height);
    return price === null || price <= 0 ? null : Number(price).toFixed(12);
  }

  /** While a line is in the hand, the market does not move the scale under it. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
  }

  /** What is still asked of it in this frame finds nothing to draw. */
  close(): void {
    this.isClosed = true;
    this.lines.clear();
    this.chart.remove();
  }

  /** Own lines near the candles are kept in sight; one far away does not flatten them. */
  private withLines(plain: AutoscaleInfo | null): AutoscaleInfo | null {
    if (this.isHeld && this.range) return this.range;
    if (!plain?.priceRange) return plain;
    const { minValue, maxValue } = plain.priceRange;
    const room = (maxValue - minValue) * REACH;
    const near = [...this.lines.values()].map(({ price }) => price).filter((price) => price > minValue - room && price < maxValue + room);
    this.range = { ...plain, priceRange: { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) } };
    return this.range;
  }

  private paintAll(): void {
    this.series.setData(this.candles.map(bar));
    this.volume.setData(this.candles.map((candle) => this.volumeBar(candle)));
    this.paintAverages();
    this.paintFills();
  }

  private paintAverages(): void {
    const closes = this.candles.map((candle) => Number(candle.close));
    this.averages.forEach((series, index) => {
      const values = exponential(closes, SPANS[index] ?? 20);
      series.setData(this.candles.flatMap((candle, at) => (values[at] == null ? [] : [{ time: timeOf(candle.start_at), value: values[at] }])));
    });
  }

  private paintFills(): void {
    const marks = new Map<string, FillMark>();
    for (const fill of this.fills) {
      const candle = this.candles.findLast((each) => each.start_at <= (fill.venue_time ?? ""));
      if (!candle) continue;
      const key = `${candle.start_at}|${fill.side}`;
      const mark = marks.get(key) ?? { time: timeOf(candle.start_at), side: fill.side, price: Number(fill.side === "BUY" ? candle.low : candle.high), count: 0 };
      marks.set(key, { ...mark, count: mark.count + 1 });
    }
    this.marks.show([...marks.values()], this.palette);
  }

  private volumeBar(candle: Candle) {
    const isUp = Number(candle.close) >= Number(candle.open);
    return { time: timeOf(candle.start_at), value: Number(candle.volume), color: isUp ? this.palette.up : this.palette.down };
  }
}

/** The library knows no zones: it is told the local time as if it were UTC. */
function timeOf(iso: string): UTCTimestamp {
  const ms = Date.parse(iso);
  return (ms / 1_000 - new Date(ms).getTimezoneOffset() * 60) as UTCTimestamp;
}

function bar(candle: Candle) {
  return { time: timeOf(candle.start_at), open: Number(candle.open), high: Number(candle.high), low: Number(candle.low), close: Number(candle.close) };
}
