/** Prints what the first load weighs, and fails the build where it is over the budget. */
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const BUDGET_BYTES = 250_000;

/** The entry, what it imports at once, the styles and the typeface; the chart comes after paint. */
export function firstLoadBudget(): Plugin {
  return {
    name: "first-load-budget",
    apply: "build",
    generateBundle(_, bundle) {
      // A worker is a bundle of its own, which has no page.
      if (!Object.values(bundle).some((part) => part.type === "chunk" && part.isEntry && part.name === "index")) return;
      const first = new Set<string>();
      const follow = (name: string) => {
        const part = bundle[name];
        if (first.has(name) || part?.type !== "chunk") return;
        first.add(name);
        part.imports.forEach(follow);
      };
      for (const part of Object.values(bundle)) if (part.type === "chunk" && part.isEntry) follow(part.fileName);
      let total = 0;
      for (const part of Object.values(bundle)) {
        const source = part.type === "chunk" ? part.code : part.source;
        const packed = part.fileName.endsWith(".woff2") ? source.length : gzipSync(source).length;
        if (part.type === "chunk" && !first.has(part.fileName)) continue;
        total += packed;
        this.info(`${part.fileName}: ${(packed / 1000).toFixed(1)} kB`);
      }
      const told = `first load before charts: ${(total / 1000).toFixed(1)} kB of ${BUDGET_BYTES / 1000} kB gzip`;
      if (total > BUDGET_BYTES) this.error(told);
      this.info(told);
    },
  };
}
