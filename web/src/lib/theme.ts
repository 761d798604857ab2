/** Dark, light, or as the system has it; remembered by this browser. */
import { createStore } from "./store";

export type Theme = "system" | "dark" | "light";

const KEY = "algotradehub.theme";
const stored = localStorage.getItem(KEY);

export const theme = createStore<Theme>(stored === "dark" || stored === "light" ? stored : "system");

function show(): void {
  const wanted = theme.get();
  if (wanted === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = wanted;
}

theme.subscribe(show);
show();

/** What is on screen now, which decides what the switch goes to. */
export function shownTheme(): "dark" | "light" {
  const wanted = theme.get();
  if (wanted !== "system") return wanted;
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

export function switchTheme(): void {
  const next = shownTheme() === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, next);
  theme.set(next);
}
