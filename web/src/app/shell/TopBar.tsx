/** The top bar: where one can go, and how the page looks. */
import { Link } from "@tanstack/react-router";
import { IconButton } from "@/components/Controls";
import { Icon, Mark } from "@/components/Icon";
import { useStore } from "@/lib/store";
import { shownTheme, switchTheme, theme } from "@/lib/theme";

export function TopBar({ onKeys, onStop }: { onKeys(): void; onStop(): void }) {
  useStore(theme);
  const isDark = shownTheme() === "dark";
  return (
    <header className="flex h-11 items-center border-b border-line bg-surface-1 pr-3 pl-3.5">
      <div className="mr-5.5 flex items-center gap-[9px] text-[13.5px] font-semibold tracking-[-0.01em]"><Mark /><span className="max-tablet:sr-only">AlgoTradeHub</span></div>
      <nav aria-label="Main" className="flex h-11 gap-0.5">
        <Link to="/trade" className="relative flex items-center px-[11px] text-nav tracking-[-0.003em] text-text-2 aria-[current=page]:font-[550] aria-[current=page]:text-text-1 aria-[current=page]:after:absolute aria-[current=page]:after:inset-x-[11px] aria-[current=page]:after:-bottom-px aria-[current=page]:after:h-0.5 aria-[current=page]:after:rounded-t-[2px] aria-[current=page]:after:bg-text-1">Trade</Link>
      </nav>
      <span className="flex-1" />
      <div className="flex items-center gap-1.5">
        <IconButton icon="keys" label="Keys and credits (?)" onClick={onKeys} />
        <IconButton icon={isDark ? "sun" : "moon"} label={isDark ? "Light theme (T)" : "Dark theme (T)"} onClick={switchTheme} />
        <button type="button" title="Kill switch (Ctrl Shift K)" onClick={onStop} className="ml-1 flex h-7 items-center gap-[7px] rounded-panel border border-danger/55 pr-[11px] pl-[9px] font-[550] whitespace-nowrap text-danger hover:bg-danger-soft">
          <Icon name="stop" /> Kill switch
        </button>
      </div>
    </header>
  );
}
