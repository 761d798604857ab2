/** Why no order can be sent just now, and whether the prices are too old to trade at market. */
import type { Account } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { useStore } from "@/lib/store";
import { sentence } from "@/lib/api/problem";
import { useHealth } from "../shell/health";

export function useClosed(account: Account): { closed: string | null; oldPrices: string | null } {
  const health = useHealth();
  const told = useStore(system).accounts.get(account.id);
  const accepting = told?.accepting ?? account.accepting;
  const why = told?.reason ?? told?.halt?.reason ?? account.refusing ?? account.halt?.reason ?? "no reason is given";
  return {
    closed: health.state === "gone" || health.state === "offline" ? "No connection to the server" : accepting ? null : `${account.id} is paused: ${sentence(why)}`,
    oldPrices: health.state === "live" ? null : copy.late(health.silentMs),
  };
}
