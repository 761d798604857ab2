/** A market in a hurry: so many messages a second, of every kind that the page follows, in a fixed turn. */
import type { Desk } from "./desk.ts";
import type { Stream } from "./stream.ts";

const PULSE_MS = 4;
const TURN = ["book", "trades", "book", "ticker", "book", "trades", "book", "candles", "order"] as const;
const ORDERS = ["o-1001", "o-1002"] as const;

export class Replay {
  /** Messages so far. */
  said = 0;
  private turn = 0;
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(desk: Desk, stream: Stream, updatesPerS: number) {
    const begunMs = performance.now();
    this.timer = setInterval(() => {
      const due = ((performance.now() - begunMs) * updatesPerS) / 1_000;
      while (this.said < due) {
        const kind = TURN[this.turn % TURN.length] ?? "book";
        this.turn += 1;
        for (const market of desk.markets.values()) market.tick(Date.now());
        if (kind === "order") {
          desk.stir(ORDERS[this.turn % ORDERS.length] ?? ORDERS[0]);
          this.said += 1;
        } else {
          this.said += stream.publish(kind);
        }
      }
    }, PULSE_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
