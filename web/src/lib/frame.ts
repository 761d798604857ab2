/** The one frame loop: work is marked, and done once in the next frame. */

const BUDGET_MS = 6;

let waiting = new Set<() => void>();
let asked = false;

/** Run ``job`` in the next frame; asking again before then changes nothing. */
export function onFrame(job: () => void): void {
  waiting.add(job);
  if (asked) return;
  asked = true;
  requestAnimationFrame(run);
}

function run(): void {
  asked = false;
  const jobs = waiting;
  waiting = new Set();
  const end = performance.now() + BUDGET_MS;
  for (const job of jobs) {
    // What does not fit is done in the frame after, in the order it was asked for.
    if (performance.now() > end) onFrame(job);
    else job();
  }
}
