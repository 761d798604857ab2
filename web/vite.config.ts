/** How the pages are built and served while developing. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { firstLoadBudget } from "./scripts/budget.ts";

const gateway = process.env["ALGOTRADEHUB_GATEWAY"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss(), firstLoadBudget()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  // What the stylesheet relies on (light-dark, oklch) is not translated for older browsers.
  build: { target: "es2023", cssTarget: ["chrome125", "firefox128", "safari18"], assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: gateway, ws: true } } },
  test: { include: ["tests/unit/**/*.test.ts"], environment: "node" },
});
