/** Which account and which market the page is about: the address first, then what was last used. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import type { Account, Instrument } from "@/lib/api/types";
import { useAccounts, useInstruments } from "@/lib/desk/queries";
import { shownAccount } from "@/lib/desk/system";
import type { TradeSearch } from "./search";

const LAST = "algotradehub.trade";

interface Place {
  account?: string;
  symbol?: string;
}

function lastUsed(): Place {
  try {
    return (JSON.parse(localStorage.getItem(LAST) ?? "{}") ?? {}) as Place;
  } catch {
    return {};
  }
}

export function useWorkspace() {
  const accounts = useAccounts();
  const all = useMemo(() => accounts.data ?? [], [accounts.data]);
  const instruments = useInstruments(all);
  const { symbol } = useParams({ strict: false });
  const search: TradeSearch = useSearch({ strict: false });
  const navigate = useNavigate();

  const known = useMemo(
    () => ({
      accounts: new Map(all.map((account) => [account.id, account])),
      instruments: new Map(instruments.all.map((each) => [`${each.venue}|${each.symbol}`, each])),
    }),
    [all, instruments.all],
  );
  const account = known.accounts.get(search.account ?? lastUsed().account ?? "") ?? all[0] ?? null;
  const offered = useMemo(() => instruments.all.filter((each) => each.venue === account?.venue), [instruments.all, account]);
  const instrument = chosen(offered, symbol ?? lastUsed().symbol);

  const go = useCallback(
    (place: Place, more: TradeSearch = {}) => {
      const wanted = place.symbol ?? symbol;
      const next = { ...search, ...(place.account ? { account: place.account } : {}), ...more };
      void (wanted ? navigate({ to: "/trade/$symbol", params: { symbol: wanted }, search: next }) : navigate({ to: "/trade", search: next }));
    },
    [navigate, search, symbol],
  );

  const [accountId, shown] = [account?.id, instrument?.symbol];
  useEffect(() => shownAccount.set(accountId ?? null), [accountId]);
  useEffect(() => {
    if (accountId && shown) localStorage.setItem(LAST, JSON.stringify({ account: accountId, symbol: shown }));
  }, [accountId, shown]);

  return { accounts, instruments, known, account, instrument, offered, search, go };
}

/** The symbol that was asked for, else one of the same base, else the first. */
function chosen(offered: readonly Instrument[], symbol: string | undefined): Instrument | null {
  const base = symbol?.split("/")[0];
  return offered.find((each) => each.symbol === symbol) ?? offered.find((each) => each.base === base) ?? offered[0] ?? null;
}

export type Workspace = ReturnType<typeof useWorkspace>;
export type { Account };
