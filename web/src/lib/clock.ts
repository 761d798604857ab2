/** One timer for everything that ages on screen. */
import { createStore, useStore, type Store } from "./store";

const now = createStore(Date.now());

setInterval(() => now.set(Date.now()), 1_000);

export const second: Store<number> = now;

export function useSecond(): number {
  return useStore(now);
}
