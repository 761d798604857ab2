/** Why no order can be sent just now, and whether the prices are too old to trade at market. */
import type { Account } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { system } from "@/lib/desk/system";
import { useStore } from "@/lib/store";
import { sentence } from "@/lib/api/problem";
import { useHealth } from "../shell/health";

interface Closed {
  closedOf(account: Account): string | null;
  oldPrices: string | null;
}

export function useClosed(): Closed {
  const health = useHealth();
  const { accounts } = useStore(system);
  return {
    closedOf(account) {
      if (health.state === "gone" || health.state === "offline") return copy.noConnection;
      const told = accounts.get(account.id);
      if (told?.stop) return copy.closedByStop(account.id, told.stop.proven);
      if (told?.accepting ?? account.accepting) return null;
      return copy.paused(account.id, sentence(told?.reason ?? told?.halt?.reason ?? account.refusing ?? account.halt?.reason ?? copy.noReason));
    },
    oldPrices: health.state === "live" ? null : copy.late(health.silentMs),
  };
}
