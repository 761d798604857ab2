/** Fills on the chart: triangles under (buy) and over (sell) the bar of their time. */
import type { CanvasRenderingTarget2D } from "fancy-canvas";
import type { IPrimitivePaneRenderer, IPrimitivePaneView, ISeriesPrimitive, SeriesAttachedParameter, Time } from "lightweight-charts";

export interface FillMark {
  time: Time;
  side: "BUY" | "SELL";
  /** Where the triangle points: the end of the bar on its side. */
  price: number;
  count: number;
}

const SIZE = 5;
const GAP = 6;

export class FillMarks implements ISeriesPrimitive<Time> {
  private attachedTo: SeriesAttachedParameter<Time> | null = null;
  private marks: FillMark[] = [];
  private colours = { buy: "", sell: "", edge: "", text: "" };
  private readonly onDraw: () => void;

  constructor(onDraw: () => void) {
    this.onDraw = onDraw;
  }

  attached(parameter: SeriesAttachedParameter<Time>): void {
    this.attachedTo = parameter;
  }

  detached(): void {
    this.attachedTo = null;
  }

  show(marks: FillMark[], colours: { buy: string; sell: string; edge: string; text: string }): void {
    this.marks = marks;
    this.colours = colours;
    this.attachedTo?.requestUpdate();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    const renderer: IPrimitivePaneRenderer = { draw: (target) => this.draw(target) };
    return [{ zOrder: () => "top", renderer: () => renderer }];
  }

  private draw(target: CanvasRenderingTarget2D): void {
    const { attachedTo, colours } = this;
    if (!attachedTo) return;
    this.onDraw();
    target.useMediaCoordinateSpace(({ context }) => {
      for (const mark of this.marks) {
        const x = attachedTo.chart.timeScale().timeToCoordinate(mark.time);
        const tip = attachedTo.series.priceToCoordinate(mark.price);
        if (x === null || tip === null) continue;
        const way = mark.side === "BUY" ? 1 : -1;
        const y = tip + way * GAP;
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x - SIZE, y + way * SIZE * 1.7);
        context.lineTo(x + SIZE, y + way * SIZE * 1.7);
        context.closePath();
        context.lineWidth = 1.5;
        context.strokeStyle = colours.edge;
        context.stroke();
        context.fillStyle = mark.side === "BUY" ? colours.buy : colours.sell;
        context.fill();
        if (mark.count < 2) continue;
        context.font = "11px Inter, sans-serif";
        context.fillStyle = colours.text;
        context.textAlign = "center";
        context.textBaseline = way > 0 ? "top" : "bottom";
        context.fillText(`${mark.count}`, x, y + way * (SIZE * 1.7 + 2));
      }
    });
  }
}
