/** What is asked for by request: accounts, instruments, history. The stream says when it is old. */
import { QueryClient, useQueries, useQuery } from "@tanstack/react-query";
import { call, send } from "@/lib/api/client";
import { Problem } from "@/lib/api/problem";
import type { Account, Instrument } from "@/lib/api/types";
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

export function useOrderHistory(isShown: boolean) {
  return useQuery({
    queryKey: ["orders"],
    enabled: isShown,
    queryFn: async ({ signal }) => (await call("get", "/api/v1/orders", { query: { limit: 500 }, signal })).orders,
  });
}

export function useFills() {
  return useQuery({
    queryKey: ["fills"],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/fills", { query: { limit: 500 }, signal })).fills,
  });
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

/** Ask again soon for what the stream says has changed; many changes are one question. */
export function refreshHistory(): void {
  pending ??= setTimeout(() => {
    pending = undefined;
    void queries.invalidateQueries({ queryKey: ["orders"] });
    void queries.invalidateQueries({ queryKey: ["fills"] });
  }, 300);
}

let pending: ReturnType<typeof setTimeout> | undefined;
