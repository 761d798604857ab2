/** What is measured inside the page; it is put there before the page begins. */

export interface Measured {
  /** From one frame to the next. */
  framesMs: number[];
  /** From the first callback of a frame to the first task after its paint. */
  worksMs: number[];
  longTasksMs: number[];
  /** From a key that was pressed to the first task after the paint that shows it. */
  inputsMs: number[];
}

/** Runs in the page: it may use nothing from outside of itself. */
export function probe(): void {
  const measured: Measured = { framesMs: [], worksMs: [], longTasksMs: [], inputsMs: [] };
  (window as unknown as { measured: Measured }).measured = measured;
  const waiting: (() => void)[] = [];
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = () => waiting.splice(0).forEach((done) => done());
  const painted = (done: () => void) => {
    waiting.push(done);
    afterPaint.port2.postMessage(null);
  };
  let before = 0;
  const frame = () => {
    const now = performance.now();
    if (before > 0) measured.framesMs.push(now - before);
    before = now;
    painted(() => measured.worksMs.push(performance.now() - now));
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  document.addEventListener("keydown", (event) => requestAnimationFrame(() => painted(() => measured.inputsMs.push(performance.now() - event.timeStamp))), true);
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => measured.longTasksMs.push(entry.duration))).observe({ entryTypes: ["longtask"] });
}
