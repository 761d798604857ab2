/** Own icons on a 16 px grid; decoration, so whoever uses one says in words what it means. */

const PATHS = {
  down: "m4.5 6.5 3.5 3.5 3.5-3.5",
  check: "m3.5 8.5 3 3 6-7",
  close: "m4.5 4.5 7 7m0-7-7 7",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.4 5.4 0 0 1 6.4 3 5.4 5.4 0 1 0 13 9.6z",
  keys: "M1.8 4.2h12.4v7.6H1.8zM4.2 6.6h.1M6.7 6.6h.1M9.2 6.6h.1M11.7 6.6h.1M5 9.4h6",
  warning: "M8 2.4 14.4 13H1.6zM8 6.6v3M8 11.4v.1",
  grip: "M6 3.6v.1M10 3.6v.1M6 8v.1M10 8v.1M6 12.4v.1M10 12.4v.1",
  stop: "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM8 4.8v3.6M8 11v.1",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className = "" }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg className={`shrink-0 fill-none stroke-current ${className}`} width={size} height={size} viewBox="0 0 16 16" strokeWidth={name === "check" ? 2.4 : 1.5} strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <rect width="20" height="20" rx="5" fill="var(--color-text-1)" />
      <path d="M4.5 13.5 8 8.2l3 3 4.5-6" fill="none" stroke="var(--color-surface-1)" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
