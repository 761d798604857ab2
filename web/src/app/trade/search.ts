/** What the address of the trade page says beside the symbol. */
import { INTERVALS, type Interval } from "@/features/chart/model";
import type { TabName } from "@/features/tables";

export interface TradeSearch {
  account?: string;
  interval?: Interval;
  tab?: TabName;
  only?: boolean;
}

const TABS: readonly TabName[] = ["positions", "orders", "history", "fills", "balances"];

/** Anything else in the address is left out, not refused. */
export function readSearch(given: Record<string, unknown>): TradeSearch {
  const { account, interval, tab, only } = given;
  const known = INTERVALS.find((each) => each.value === interval);
  const named = TABS.find((each) => each === tab);
  return {
    ...(typeof account === "string" ? { account } : {}),
    ...(known ? { interval: known.value } : {}),
    ...(named ? { tab: named } : {}),
    ...(only === true ? { only } : {}),
  };
}
