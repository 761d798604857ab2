/** How far the page can be trusted just now. */
import { useSyncExternalStore } from "react";
import { useSecond } from "@/lib/clock";
import { useStore } from "@/lib/store";
import { connection } from "@/lib/stream/stream";
import type { ConnectionState } from "@/lib/stream/machine";

export type HealthState = "starting" | "live" | "late" | "reconnecting" | "gone" | "offline" | "refused";

export interface Health {
  state: HealthState;
  silentMs: number;
  connection: ConnectionState;
}

const LATE_MS = 2_500;
const GONE_MS = 10_000;

export function healthOf(state: ConnectionState, nowMs: number, isOnline: boolean): Health {
  const silentMs = Math.max(nowMs - state.heardAtMs, 0);
  const told = (name: HealthState): Health => ({ state: name, silentMs, connection: state });
  if (state.phase === "refused") return told("refused");
  if (state.phase === "live") return told(silentMs > LATE_MS ? "late" : "live");
  if (!isOnline) return told("offline");
  const downMs = state.downSinceMs === null ? 0 : nowMs - state.downSinceMs;
  if (downMs > GONE_MS) return told("gone");
  return told(state.version === null ? "starting" : "reconnecting");
}

export function useHealth(): Health {
  const state = useStore(connection);
  const nowMs = useSecond();
  const isOnline = useSyncExternalStore(watchLine, () => navigator.onLine);
  return healthOf(state, nowMs, isOnline);
}

function watchLine(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
