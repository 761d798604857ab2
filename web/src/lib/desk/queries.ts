/** What is asked for by request: accounts, instruments, history. The stream says when it is old. */
import { QueryClient, useQueries, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { call, send } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import { laterFirst, newestFirst, type Account, type Fill, type Instrument, type Order } from "@/lib/api/types";
import type { Candle, Ticker } from "@/lib/stream/protocol";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      // A refusal stays one; silence may end.
      retry: (failures, error) => failures < 5 && !(error instanceof Problem && error.status < 500),
      retryDelay: (attempt) => Math.min(1_000 * 2 ** attempt, 8_000),
    },
  },
});

export function useAccounts() {
  return useQuery({ queryKey: ["accounts"], queryFn: async ({ signal }) => (await call("get", "/api/v1/accounts", { signal })).accounts });
}

/** Everything that these accounts can trade, by venue and symbol. */
export function useInstruments(accounts: readonly Account[]) {
  // Two accounts of one venue list the same.
  const one = new Map(accounts.map((account) => [account.venue, account]));
  return useQueries({
    queries: [...one.values()].map((account) => ({
      queryKey: ["instruments", account.venue],
      queryFn: ({ signal }: { signal: AbortSignal }) => instrumentsOf(account.id, signal),
    })),
    combine: together,
  });
}

function together(results: { data?: Instrument[] | undefined; isError: boolean; isPending: boolean; error: unknown }[]) {
  return {
    isPending: results.some((result) => result.isPending),
    error: results.find((result) => result.isError)?.error ?? null,
    all: results.flatMap((result) => result.data ?? []),
  };
}

async function instrumentsOf(account: string, signal: AbortSignal): Promise<Instrument[]> {
  const all: Instrument[] = [];
  let cursor: string | null = null;
  do {
    const query = { account, limit: 1_000, ...(cursor === null ? {} : { cursor }) };
    const page: { instruments: Instrument[]; next_cursor: string | null } = await call("get", "/api/v1/instruments", { query, signal });
    all.push(...page.instruments);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return all.filter((each) => each.active);
}

/** The newest of each account: one that is busy does not push the others out of sight. */
const MOST_OF_ACCOUNT = 200;
const MOST_ON_CHART = 500;

interface Shown {
  accounts: readonly string[];
  /** Of this symbol alone; null is of all. */
  symbol: string | null;
  isShown: boolean;
}

export function useOrderHistory({ accounts, symbol, isShown }: Shown) {
  return useQueries({
    queries: accounts.map((account) => ({
      queryKey: ["orders", account, symbol],
      enabled: isShown,
      queryFn: async ({ signal }: Asked) => (await call("get", "/api/v1/orders", { query: { ...only(account, symbol), limit: MOST_OF_ACCOUNT }, signal })).orders,
    })),
    combine: allOrders,
  });
}

export function useFills({ accounts, symbol, isShown }: Shown) {
  return useQueries({
    queries: accounts.map((account) => ({ ...fillsOf(account, symbol, MOST_OF_ACCOUNT), enabled: isShown })),
    combine: allFills,
  });
}

export function useFillsOnChart(account: string, symbol: string) {
  return useQuery(fillsOf(account, symbol, MOST_ON_CHART));
}

interface Asked {
  signal: AbortSignal;
}

function fillsOf(account: string, symbol: string | null, limit: number) {
  return {
    queryKey: ["fills", account, symbol, limit],
    queryFn: async ({ signal }: Asked) => (await call("get", "/api/v1/fills", { query: { ...only(account, symbol), limit }, signal })).fills,
  };
}

function only(account: string, symbol: string | null) {
  return symbol === null ? { account } : { account, symbol };
}

const allOrders = (results: readonly UseQueryResult<Order[]>[]) => listed(results, newestFirst);
const allFills = (results: readonly UseQueryResult<Fill[]>[]) => listed(results, (a, b) => laterFirst(a.received_ns, b.received_ns));

/** The lists of several accounts as one; it is there when each of them is. */
function listed<R>(results: readonly UseQueryResult<R[]>[], order: (a: R, b: R) => number) {
  const missing = results.filter((result) => result.data === undefined);
  return {
    data: missing.length > 0 ? undefined : results.flatMap((result) => result.data ?? []).sort(order),
    isPending: missing.some((result) => result.isPending),
    isError: missing.some((result) => result.isError),
    error: missing.find((result) => result.isError)?.error ?? null,
    refetch: () => missing.forEach((result) => void result.refetch()),
  };
}

export function useCandles(venue: string, symbol: string, interval: string) {
  return useQuery({
    queryKey: ["candles", venue, symbol, interval],
    queryFn: async ({ signal }) =>
      ((await send("GET", "/api/v1/candles", { query: { venue, symbol, interval, limit: 500 }, signal })) as { candles: Candle[] }).candles,
  });
}

/** The figures of the day, which change slowly; the stream tells the prices. */
export function useDay(venue: string, symbol: string) {
  return useQuery({
    queryKey: ["day", venue, symbol],
    refetchInterval: 30_000,
    queryFn: async ({ signal }) =>
      ((await send("GET", "/api/v1/tickers", { query: { venue, symbol }, signal })) as { tickers: Ticker[] }).tickers[0] ?? null,
  });
}

/** Ask again soon for what the stream says has changed of an account; many changes are one question. */
export function refreshHistory(account: string): void {
  if (changed.size === 0) {
    setTimeout(() => {
      for (const each of changed) for (const noun of ["orders", "fills"]) void queries.invalidateQueries({ queryKey: [noun, each] });
      changed.clear();
    }, 300);
  }
  changed.add(account);
}

const changed = new Set<string>();
