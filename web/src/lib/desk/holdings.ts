/** What every account holds just now: live orders, positions and balances, from the stream. */
import { isLive, newestFirst, type Balance, type Fill, type Order, type Position } from "@/lib/api/types";
import { createStore, type Store } from "@/lib/store";
import type { Change } from "@/lib/stream/protocol";

interface AccountHoldings {
  orders: ReadonlyMap<string, Order>;
  positions: ReadonlyMap<string, Position>;
  balances: ReadonlyMap<string, Balance>;
  loaded: boolean;
  stale: boolean;
}

export interface Holdings {
  /** Live orders of all accounts, newest first. */
  orders: readonly Order[];
  /** What is not flat, by account and symbol. */
  positions: readonly Position[];
  balances: readonly Balance[];
  loaded: boolean;
  stale: boolean;
}

const NONE: AccountHoldings = { orders: new Map(), positions: new Map(), balances: new Map(), loaded: false, stale: true };

/** Apply what the stream said of one account; a snapshot replaces everything known. */
export function applied(known: AccountHoldings, changes: readonly Change[], stale: boolean): AccountHoldings {
  let { orders, positions, balances, loaded } = known;
  for (const change of changes) {
    if (change.type === "snapshot") [orders, positions, balances] = [new Map(), new Map(), new Map()];
    orders = upserted(orders, change.orders, (order) => order.order_id, isLive);
    positions = upserted(positions, change.positions, (held) => `${held.symbol}|${held.side}`, (held) => !/^-?0(\.0*)?$/.test(held.quantity));
    balances = upserted(balances, change.balances, (balance) => balance.asset, () => true);
    loaded = true;
  }
  return { orders, positions, balances, loaded, stale };
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

const accounts = new Map<string, AccountHoldings>();

export const holdings: Store<Holdings> = createStore<Holdings>({ orders: [], positions: [], balances: [], loaded: false, stale: true });

export interface Ended {
  orders: Order[];
  fills: Fill[];
}

/** Take the words of the stream in; the answer is what belongs to history now. */
export function takeIn(account: string, changes: readonly Change[], stale: boolean): Ended {
  accounts.set(account, applied(accounts.get(account) ?? NONE, changes, stale));
  show();
  const deltas = changes.filter((change) => change.type === "delta");
  return {
    orders: deltas.flatMap((change) => change.orders ?? []).filter((order) => !isLive(order)),
    fills: deltas.flatMap((change) => change.fills ?? []),
  };
}

/** An answer to our own request may be here before the stream tells the same. */
export function takeOrder(order: Order): void {
  const known = accounts.get(order.account) ?? NONE;
  const before = known.orders.get(order.order_id);
  if (before && (before.updated_ns ?? "").padStart(20, "0") >= (order.updated_ns ?? "").padStart(20, "0")) return;
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
  accounts.set(order.account, { ...known, orders: upserted(known.orders, [order], (each) => each.order_id, isLive) });
  show();
}

function show(): void {
  const all = [...accounts.values()];
  const byPlace = (a: { account: string; symbol?: string }, b: { account: string; symbol?: string }) =>
    `${a.account}|${a.symbol ?? ""}` < `${b.account}|${b.symbol ?? ""}` ? -1 : 1;
  holdings.set({
    orders: all.flatMap((each) => [...each.orders.values()]).sort(newestFirst),
    positions: all.flatMap((each) => [...each.positions.values()]).sort(byPlace),
    balances: all.flatMap((each) => [...each.balances.values()]),
    loaded: all.length > 0 && all.every((each) => each.loaded),
    stale: all.some((each) => each.stale),
  });
}
