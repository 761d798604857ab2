/** Which account the ticket works for. Its money is named beside it. */
import { EnvBadge } from "@/components/Badges";
import { Icon } from "@/components/Icon";
import { Picker } from "@/components/Picker";
import { environmentOf } from "@/lib/api/types";
import { venueName } from "@/lib/instrument";
import type { Account, Workspace } from "./workspace";

export function AccountPicker({ known, account, go }: Pick<Workspace, "known" | "go"> & { account: Account }) {
  const items = [...known.accounts.values()].map((each) => ({
    key: each.id, words: `${each.id} ${each.venue} ${each.environment}`,
    row: <><span>{venueName(each.venue)}</span><span className="text-text-3">{each.id}</span><span className="flex-1" />{!each.accepting && <span className="text-warn">paused</span>}<EnvBadge env={environmentOf(each)} /></>,
  }));
  return (
    <Picker label={`Account: ${venueName(account.venue)} ${account.id}`} items={items} selected={account.id} onPick={(id) => go({ account: id })} className="flex h-6 min-w-0 items-center gap-1 rounded-chip px-1 whitespace-nowrap text-text-2 hover:bg-surface-2 hover:text-text-1">
      {venueName(account.venue)} <span className="truncate text-text-3">{account.id}</span>
      <Icon name="down" size={12} />
    </Picker>
  );
}
