/** What a stop would do, how far one has come, and what proves it. Pure. */
import type { Order, Position, StopReport } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import type { StopProgress, SystemAccount } from "@/lib/stream/protocol";
import { exactOf, momentOf, ofNanoseconds } from "@/lib/time";

export const WORD = "STOP";
export const LONGEST_REASON = 200;

export interface Stopped extends SystemAccount {
  stop: StopProgress;
}

/** The accounts whose trading somebody has stopped; what is not proven comes first. */
export function stoppedOf(accounts: Iterable<SystemAccount>): Stopped[] {
  const stopped = [...accounts].filter((each): each is Stopped => each.stop !== null);
  return [...stopped.filter((each) => !each.stop.proven), ...stopped.filter((each) => each.stop.proven)];
}

export interface Effect {
  account: SystemAccount;
  /** Working orders there, which are cancelled. */
  orders: number;
  /** What is held there, which stays. */
  positions: number;
}

/** What a stop would do to each account in its scope; null is all of them. */
export function effectsOf(accounts: Iterable<SystemAccount>, scope: string | null, orders: readonly Order[], positions: readonly Position[]): Effect[] {
  return [...accounts].filter((each) => scope === null || each.account === scope).map((account) => ({
    account,
    orders: orders.filter((order) => order.account === account.account).length,
    positions: positions.filter((held) => held.account === account.account).length,
  }));
}

/** Why the stop cannot be asked for yet; null where it can. */
export function blockedBy({ reason, word, effects }: { reason: string; word: string; effects: readonly Effect[] }): string | null {
  if (effects.length > 0 && effects.every(({ account }) => account.stop !== null)) return copy.stopUnderWay;
  if (reason.trim() === "") return copy.stopNeedsReason;
  return word.trim() === WORD ? null : copy.stopNeedsWord(WORD);
}

/** One line for as long as an account is stopped. Only what is proven is called stopped. */
export function bannerOf(accounts: Iterable<SystemAccount>, nowMs: number): string | null {
  const all = [...accounts];
  const stopped = stoppedOf(all);
  const first = [...stopped].sort((a, b) => ((a.stop.asked_at ?? "") < (b.stop.asked_at ?? "") ? -1 : 1))[0];
  if (!first) return null;
  const { by, reason } = first.stop;
  const more = new Set(stopped.map(({ stop }) => `${stop.by}|${stop.reason}`)).size - 1;
  const said = { where: whereOf(stopped, all), by, since: sinceOf(first.stop, nowMs), reason, more };
  const unproven = stopped.filter((each) => !each.stop.proven);
  if (unproven.length === 0) return copy.stopped(said);
  return copy.stopping(said, unproven.reduce((sum, each) => sum + each.stop.orders_left, 0));
}

export function sinceOf({ asked_at: at }: StopProgress, nowMs: number): string {
  return at === null ? "" : momentOf(Date.parse(at), nowMs);
}

function whereOf(stopped: readonly Stopped[], all: readonly SystemAccount[]): string {
  return stopped.length === all.length ? copy.trading : copy.tradingOn(stopped.map((each) => each.account).sort());
}

/** The heading of the proof: how many of the accounts are proven to be still. */
export function progressOf(accounts: Iterable<SystemAccount>): string {
  const all = [...accounts];
  const stopped = stoppedOf(all);
  const proven = stopped.filter((each) => each.stop.proven).length;
  if (stopped.length === 0) return copy.noStop;
  return proven === stopped.length ? copy.stopProven(whereOf(stopped, all)) : copy.stopNotProven(whereOf(stopped, all), proven, stopped.length);
}

export interface Step {
  name: string;
  done: boolean;
  /** 19:43:02.118; null where it has not happened, or nobody wrote down when. */
  at: string | null;
  /** Orders by name. */
  orders: readonly Order[];
}

/** The way from a stop to its proof. `live` are the working orders there, `report` what the journal has of it. */
export function proofOf(stop: StopProgress, live: readonly Order[], report: StopReport["summary"] | null, nowMs: number): Step[] {
  const clock = (iso: string | null) => (iso === null ? null : exactOf(Date.parse(iso), nowMs));
  const told = report?.asked_ns === stop.asked_ns ? report : null;
  const step = (name: string, done: boolean, at: string | null = null, orders: readonly Order[] = []): Step => ({ name, done, at, orders });
  const cancelled = (told?.orders ?? []).filter((each) => each.cancel_asked_at !== null);
  const named = new Set(cancelled.map((each) => each.order_id));
  const asked = new Set([...named, ...live.filter((each) => each.cancel_pending).map((each) => each.order_id)]).size;
  const all = new Set([...named, ...live.map((each) => each.order_id)]).size;
  // Two topics tell of them, one of which may be behind: neither alone says that none is left.
  const left = stop.proven ? 0 : Math.max(stop.orders_left, live.length);
  const isAllAsked = stop.proven || (told !== null && asked === all);
  return [
    step(copy.proofHalted, true, clock(stop.asked_at)),
    step(told === null && asked === 0 ? copy.proofCancels : all === 0 ? copy.proofNoCancels : copy.proofCancelsOf(asked, all), isAllAsked, clock(latest(cancelled.map((each) => each.cancel_asked_at)))),
    step(copy.proofLeft(left), left === 0, left === 0 ? clock(latest(cancelled.map((each) => each.ended_at))) : null, stop.proven ? [] : live),
    ...[copy.proofFirstList, copy.proofSecondList].map((name, at) => {
      const looked = stop.looked_ns[at];
      return step(name, looked !== undefined, looked === undefined ? null : exactOf(ofNanoseconds(looked), nowMs));
    }),
    step(copy.proofProven, stop.proven, stop.proven ? clock(told?.proven_at ?? null) : null),
  ];
}

/** All have nine decimals, so that text sorts as time does. */
function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((last, each) => ((each ?? "") > (last ?? "") ? each : last), null);
}
