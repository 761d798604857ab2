/** The bottom line: the stream, each venue, the time with its zone. */
import { StateDot, type Health as Dot } from "@/components/Badges";
import { StuckCount } from "@/features/stuck";
import { system } from "@/lib/desk/system";
import { venueName } from "@/lib/instrument";
import { useStore } from "@/lib/store";
import { clockOf, ageOf, dateOf, zoneOf } from "@/lib/time";
import { useSecond } from "@/lib/clock";
import type { Health, HealthState } from "./health";

const DOTS: Record<HealthState, Dot> = { starting: "closed", live: "ok", late: "stale", reconnecting: "stale", gone: "offline", offline: "offline", refused: "offline" };

export function StatusBar({ health }: { health: Health }) {
  const nowMs = useSecond();
  const { venues, stale } = useStore(system);
  // Silence counts before the line is known to be cut.
  const isOld = stale || health.state !== "live";
  return (
    <footer className="flex h-6 items-center gap-4.5 overflow-hidden border-t border-line bg-surface-1 px-3.5 text-hint whitespace-nowrap text-text-2 max-tablet:hidden">
      <StateDot state={DOTS[health.state]}>{streamWords(health)}</StateDot>
      {[...venues.values()].map(({ venue, state, last_message_ms: ms }) => (
        <StateDot key={venue} state={isOld ? "closed" : state === "live" ? "ok" : state === "stale" ? "stale" : "offline"}>
          {venueName(venue)} {isOld ? "" : state === "live" ? (ms === null ? "" : latency(ms)) : `${state === "stale" ? "stale" : "offline"}${ms === null ? "" : ` ${ageOf(ms)}`}`}
        </StateDot>
      ))}
      <StuckCount />
      <span className="flex-1" />
      {health.connection.version && <span>{health.connection.version}</span>}
      <span>{dateOf(nowMs)}</span>
      <span className="text-text-1">{clockOf(nowMs)} {zoneOf(nowMs)}</span>
    </footer>
  );
}

function streamWords({ state, silentMs, connection }: Health): string {
  switch (state) {
    case "live":
      return connection.latencyMs === null ? "Stream live" : `Stream live · ${latency(connection.latencyMs)}`;
    case "late":
      return `Stream stale ${ageOf(silentMs)}`;
    case "starting":
      return "Connecting";
    case "refused":
      return "Not signed in";
    default:
      return `Offline since ${clockOf(connection.heardAtMs)}`;
  }
}

function latency(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : ageOf(ms);
}
