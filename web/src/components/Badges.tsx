/** Small signs that always carry a word or a shape beside their colour. */
import type { Environment, Order, Side } from "@/lib/api/types";
import { SIDE_NAMES } from "@/lib/order/names";

const ENVIRONMENTS: Record<Environment, string> = {
  live: "bg-text-1 text-surface-1",
  paper: "border border-dashed border-paper text-paper hatched-paper",
  sandbox: "border border-dotted border-sandbox text-sandbox",
};

export function EnvBadge({ env }: { env: Environment }) {
  return (
    <span className={`inline-flex h-[18px] items-center rounded-[4px] px-1.5 text-badge font-[650] tracking-[0.055em] uppercase ${ENVIRONMENTS[env]}`}>{env}</span>
  );
}

/** The edge of a row or ticket whose money is not real; null for real money. */
export function edgeOf(env: Environment): string {
  return env === "paper" ? "edge-paper" : env === "sandbox" ? "edge-sandbox" : "";
}

export function SideTag({ side, words = SIDE_NAMES }: { side: Side; words?: Record<Side, string> }) {
  return <span className={side === "BUY" ? "text-buy" : "text-sell"}>{words[side]}</span>;
}

export type Health = "ok" | "stale" | "offline" | "closed";

const DOTS: Record<Health, React.ReactNode> = {
  ok: <circle cx="4" cy="4" r="3.5" fill="var(--color-ok)" />,
  stale: <path d="M4 .5 8 7.5H0z" fill="var(--color-warn)" />,
  offline: <path d="M1 1l6 6M7 1 1 7" stroke="var(--color-danger)" strokeWidth="1.6" strokeLinecap="round" />,
  closed: <circle cx="4" cy="4" r="3" fill="none" stroke="var(--color-text-3)" strokeWidth="1.5" />,
};

const TONES: Record<Health, string> = { ok: "", stale: "text-warn", offline: "text-danger", closed: "" };

export function StateDot({ state, children }: { state: Health; children: React.ReactNode }) {
  return (
    <span className={`flex items-center gap-1.5 whitespace-nowrap ${TONES[state]}`}>
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">{DOTS[state]}</svg>
      {children}
    </span>
  );
}

const STATUS: Record<Order["status"], [tone: string, word: string]> = {
  PENDING: ["text-text-3", "Pending"],
  UNKNOWN: ["text-warn hatched-warn font-[550]", "UNKNOWN"],
  OPEN: ["text-text-1", "Open"],
  PARTIALLY_FILLED: ["text-text-1", "Part filled"],
  FILLED: ["text-text-1", "Filled"],
  CANCELLED: ["text-text-3", "Cancelled"],
  REJECTED: ["text-danger", "Refused"],
  EXPIRED: ["text-text-3", "Expired"],
};

/** Pending looks pending: what was only asked for is said as such. */
export function StatusTag({ order, age, notChanged }: { order: Order; age?: string | undefined; notChanged?: string | undefined }) {
  const [tone, word] = STATUS[order.status];
  const asked = order.cancel_pending ? "cancelling…" : order.amend_pending ? "changing…" : null;
  return (
    <span className={`rounded-tag ${order.status === "UNKNOWN" ? "px-1.5 py-0.5" : ""} ${asked ? "text-text-3" : tone}`} title={order.reason || undefined}>
      {asked ?? word}
      {order.status === "UNKNOWN" && age ? ` ${age}` : ""}
      {notChanged && !asked ? <span className="text-warn" title={notChanged}> ▲ not changed</span> : null}
    </span>
  );
}
