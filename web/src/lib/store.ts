/** State that lives outside React: components subscribe to the part they show. */
import { useCallback, useRef, useSyncExternalStore } from "react";
import { onFrame } from "./frame";

export interface Store<T> {
  get(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/**
 * One field of a store. With ``everyMs`` a change is shown at most that often, which keeps tables
 * readable while prices stream. ``pick`` must return the same value for the same state.
 */
export function usePart<T, P>(store: Store<T>, pick: (state: T) => P, everyMs = 0): P {
  const shownAt = useRef(0);
  const subscribe = useCallback(
    (listener: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const tell = () => {
        timer = undefined;
        shownAt.current = performance.now();
        listener();
      };
      const unsubscribe = store.subscribe(() => {
        if (everyMs === 0) return listener();
        timer ??= setTimeout(tell, everyMs - (performance.now() - shownAt.current));
      });
      return () => {
        clearTimeout(timer);
        unsubscribe();
      };
    },
    [store, everyMs],
  );
  return useSyncExternalStore(subscribe, () => pick(store.get()));
}

/** Write something to the page in the frame after each change, without rendering. */
export function followed<T>(store: Store<T>, write: (state: T) => void): () => void {
  const job = () => write(store.get());
  onFrame(job);
  return store.subscribe(() => onFrame(job));
}
