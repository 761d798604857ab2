/** Which accounts accept orders and which venues are alive, as the server sees it. */
import { announce } from "@/lib/announce";
import { createStore } from "@/lib/store";
import type { Change, SystemAccount, SystemVenue } from "@/lib/stream/protocol";

interface System {
  accounts: ReadonlyMap<string, SystemAccount>;
  venues: ReadonlyMap<string, SystemVenue>;
  stale: boolean;
}

export const system = createStore<System>({ accounts: new Map(), venues: new Map(), stale: true });

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
