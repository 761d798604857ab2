/** Instants as people read them, in their own zone. */

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const date = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "2-digit", month: "short", year: "numeric" });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });

export function clockOf(ms: number): string {
  return clock.format(ms);
}

export function dateOf(ms: number): string {
  return date.format(ms).replaceAll(",", "");
}

export function zoneOf(ms: number): string {
  return zone.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** 2026-11-20T19:42 in the zone of the reader, as a field for date and time writes it. */
export function localOf(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The instant that such a field names; null where it names none. */
export function instantOf(local: string): number | null {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) ? Date.parse(local) : NaN;
  return ms >= 0 ? ms : null;
}

/** 41 s, 12 min, then the time of day, then the date. */
export function momentOf(ms: number, nowMs: number): string {
  const then = new Date(ms);
  const today = new Date(nowMs);
  if (then.toDateString() === today.toDateString()) return clockOf(ms);
  if (then.getFullYear() === today.getFullYear()) return `${dayMonth.format(ms)} ${clockOf(ms).slice(0, 5)}`;
  return then.toISOString().slice(0, 10);
}

export function ageOf(ms: number): string {
  const seconds = Math.floor((ms > 0 ? ms : 0) / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** 02:53, or 1:02:53 from an hour. */
export function countdownOf(ms: number): string {
  const left = Math.floor((ms > 0 ? ms : 0) / 1_000);
  const two = (value: number) => `${Math.floor(value)}`.padStart(2, "0");
  const rest = `${two((left % 3_600) / 60)}:${two(left % 60)}`;
  return left < 3_600 ? rest : `${Math.floor(left / 3_600)}:${rest}`;
}

/** 19:42:06.80, as the tape shows it. */
export function centisecondsOf(iso: string): string {
  return millisecondsOf(Date.parse(iso)).slice(0, -1);
}

function millisecondsOf(ms: number): string {
  return `${clockOf(ms)}.${`${Math.floor(ms % 1_000)}`.padStart(3, "0")}`;
}

/** 19:42:06.804, as a proof shows it; with its day where that is not today. */
export function exactOf(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return isToday ? millisecondsOf(ms) : `${dayMonth.format(ms)} ${millisecondsOf(ms)}`;
}

/** The instant that nanoseconds since 1970 name, as text. */
export function ofNanoseconds(ns: string): number {
  // eslint-disable-next-line no-restricted-globals -- an instant, not money
  return Number(BigInt(ns) / 1_000_000n);
}
