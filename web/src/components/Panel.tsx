/** One part of the page: named, and alone in its failures. */
import { Component, type ReactNode, type Ref } from "react";
import { copy } from "@/lib/copy";
import { Button } from "./Controls";

interface PanelProps {
  name: string;
  className?: string;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
}

export function Panel({ name, className = "", children, ref }: PanelProps) {
  return (
    <section ref={ref} aria-label={name} data-panel="" tabIndex={-1} className={`flex min-h-0 min-w-0 flex-col overflow-hidden rounded-panel bg-surface-1 desk:contain-strict ${className}`}>
      <Guard>{children}</Guard>
    </section>
  );
}

/** A crash stays in its panel. */
class Guard extends Component<{ children: ReactNode }, { stopped: boolean }> {
  override state = { stopped: false };

  static getDerivedStateFromError() {
    return { stopped: true };
  }

  override render() {
    if (!this.state.stopped) return this.props.children;
    return <Empty text={copy.panelStopped}><Button onClick={() => this.setState({ stopped: false })}>Reload panel</Button></Empty>;
  }
}

export function Empty({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 p-6 text-center text-cell text-text-2">
      <p>{text}</p>
      {children}
    </div>
  );
}

/** Grey bars in the final layout, after the moment in which nothing should change. */
export function Skeleton({ rows, noun, className = "" }: { rows: number; noun: string; className?: string }) {
  return (
    <div className={`flex flex-col gap-3 p-3 opacity-0 animate-[appear_0s_300ms_forwards] ${className}`} aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => <span key={row} className="h-3.5 rounded-tag bg-surface-2" />)}
      <p className="text-center text-cell text-text-2 opacity-0 animate-[appear_0s_5s_forwards]">{copy.loading(noun)}</p>
    </div>
  );
}
