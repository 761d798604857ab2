/** What every account holds just now: live orders, positions and balances, from the stream. */
import { isLive, laterFirst, newestFirst, type Balance, type Fill, type Order, type Position } from "@/lib/api/types";
import { createStore, type Store } from "@/lib/store";
import type { Change } from "@/lib/stream/protocol";

interface AccountHoldings {
  orders: ReadonlyMap<string, Order>;
  /** What was last said of each order, ended ones too; the latest last. */
  told: ReadonlyMap<string, Order>;
  positions: ReadonlyMap<string, Position>;
  balances: ReadonlyMap<string, Balance>;
  loaded: boolean;
  stale: boolean;
}

export interface Holdings {
  /** Live orders of all accounts, newest first. */
  orders: readonly Order[];
  /** What was last said of each order, ended ones too: a list by request may not have it yet. */
  told: readonly Order[];
  /** What is not flat, by account and symbol. */
  positions: readonly Position[];
  balances: readonly Balance[];
  loaded: boolean;
  stale: boolean;
}

/** So many orders of an account bridge the time until its list is asked for again. */
const MOST_TOLD = 200;

const NONE: AccountHoldings = { orders: new Map(), told: new Map(), positions: new Map(), balances: new Map(), loaded: false, stale: true };

/** Apply what the stream said of one account; a snapshot replaces everything known. */
export function applied(known: AccountHoldings, changes: readonly Change[], stale: boolean): AccountHoldings {
  let { orders, told, positions, balances, loaded } = known;
  for (const change of changes) {
    if (change.type === "snapshot") [orders, told, positions, balances] = [new Map(), new Map(), new Map(), new Map()];
    orders = upserted(orders, change.orders, (order) => order.order_id, isLive);
    told = remembered(told, change.orders);
    positions = upserted(positions, change.positions, (held) => `${held.symbol}|${held.side}`, (held) => !/^-?0(\.0*)?$/.test(held.quantity));
    balances = upserted(balances, change.balances, (balance) => balance.asset, () => true);
    loaded = true;
  }
  return { orders, told, positions, balances, loaded, stale };
}

function upserted<T>(known: ReadonlyMap<string, T>, news: readonly T[] | undefined, keyOf: (value: T) => string, isKept: (value: T) => boolean): ReadonlyMap<string, T> {
  if (!news?.length) return known;
  const next = new Map(known);
  for (const value of news) {
    if (isKept(value)) next.set(keyOf(value), value);
    else next.delete(keyOf(value));
  }
  return next;
}

function remembered(told: ReadonlyMap<string, Order>, news: readonly Order[] | undefined): ReadonlyMap<string, Order> {
  if (!news?.length) return told;
  const next = new Map(told);
  for (const order of news) {
    next.delete(order.order_id);
    next.set(order.order_id, order);
  }
  return new Map([...next].slice(-MOST_TOLD));
}

/** A list that was asked for with what was said of its orders since, newest first. */
export function withTold(listed: readonly Order[], told: readonly Order[]): Order[] {
  const known = new Map(listed.map((order) => [order.order_id, order]));
  for (const order of told) {
    const before = known.get(order.order_id);
    if (!before || laterFirst(order.updated_ns, before.updated_ns) <= 0) known.set(order.order_id, order);
  }
  return [...known.values()].sort(newestFirst);
}

const accounts = new Map<string, AccountHoldings>();

export const holdings: Store<Holdings> = createStore<Holdings>({ orders: [], told: [], positions: [], balances: [], loaded: false, stale: true });

export interface Ended {
  orders: Order[];
  fills: Fill[];
  /** The stream began anew: what ended meanwhile was not told. */
  isGap: boolean;
}

/** Take the words of the stream in; the answer is what belongs to history now. */
export function takeIn(account: string, changes: readonly Change[], stale: boolean): Ended {
  const known = accounts.get(account) ?? NONE;
  accounts.set(account, applied(known, changes, stale));
  show();
  const deltas = changes.filter((change) => change.type === "delta");
  return {
    orders: deltas.flatMap((change) => change.orders ?? []).filter((order) => !isLive(order)),
    fills: deltas.flatMap((change) => change.fills ?? []),
    isGap: known.loaded && changes.length > deltas.length,
  };
}

/** An answer to our own request may be here before the stream tells the same. */
export function takeOrder(order: Order): void {
  const known = accounts.get(order.account) ?? NONE;
  const before = known.orders.get(order.order_id);
  if (before && laterFirst(before.updated_ns, order.updated_ns) <= 0) return;
  if (!before && !isLive(order)) return;
  replace(order);
}

/** What this page has just asked for, before the server has said so. */
export function markCancel(orderId: string, isAsked: boolean): void {
  const order = holdings.get().orders.find((each) => each.order_id === orderId);
  if (order) replace({ ...order, cancel_pending: isAsked });
}

function replace(order: Order): void {
  const known = accounts.get(order.account) ?? NONE;
  accounts.set(order.account, { ...known, orders: upserted(known.orders, [order], (each) => each.order_id, isLive), told: remembered(known.told, [order]) });
  show();
}

function show(): void {
  const all = [...accounts.values()];
  const byPlace = (a: { account: string; symbol?: string }, b: { account: string; symbol?: string }) =>
    `${a.account}|${a.symbol ?? ""}` < `${b.account}|${b.symbol ?? ""}` ? -1 : 1;
  holdings.set({
    orders: all.flatMap((each) => [...each.orders.values()]).sort(newestFirst),
    told: all.flatMap((each) => [...each.told.values()]),
    positions: all.flatMap((each) => [...each.positions.values()]).sort(byPlace),
    balances: all.flatMap((each) => [...each.balances.values()]),
    loaded: all.length > 0 && all.every((each) => each.loaded),
    stale: all.some((each) => each.stale),
  });
}
