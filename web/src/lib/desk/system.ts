/** Which accounts accept orders and which venues are alive, as the server sees it. */
import { announce } from "@/lib/announce";
import { createStore } from "@/lib/store";
import type { StopView } from "@/lib/api/types";
import type { Change, SystemAccount, SystemVenue } from "@/lib/stream/protocol";

interface System {
  accounts: ReadonlyMap<string, SystemAccount>;
  venues: ReadonlyMap<string, SystemVenue>;
  stale: boolean;
}

export const system = createStore<System>({ accounts: new Map(), venues: new Map(), stale: true });

/** The account that the page is about. */
export const shownAccount = createStore<string | null>(null);

export function systemChanged(changes: readonly Change[], stale: boolean): void {
  const { accounts, venues } = system.get();
  const next = { accounts: new Map(accounts), venues: new Map(venues), stale };
  for (const change of changes) {
    if (change.type === "snapshot") Object.assign(next, { accounts: new Map(), venues: new Map() });
    for (const account of change.accounts ?? []) next.accounts.set(account.account, account);
    // Alerts of before are for the list of them; what comes now is said.
    if (change.type === "delta") for (const { name, detail } of change.alerts ?? []) announce(`${name}: ${detail}`, "assertive");
    for (const venue of change.venues ?? []) next.venues.set(venue.venue, venue);
  }
  system.set(next);
}

/** An answer to our own request may be here before the stream tells the same. */
export function takeStops(stops: readonly StopView[]): void {
  const known = system.get();
  const accounts = new Map(known.accounts);
  for (const { account, stopped, not_proven: left, ...told } of stops) {
    const before = accounts.get(account);
    if (before && stopped && before.stop === null) accounts.set(account, { ...before, accepting: false, stop: { ...told, orders_left: left.length } });
  }
  system.set({ ...known, accounts });
}
