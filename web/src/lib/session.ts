/** The token of this tab: taken from the address once, kept until the tab is closed. */
import { createStore } from "./store";

const KEY = "algotradehub.token";

/** Whether the server took the token; a refusal asks the person for another. */
const refusal = createStore(false);

export const session = {
  /** Move a token from the address to the tab, so that no copied link carries it. */
  start(): void {
    const given = new URLSearchParams(location.hash.slice(1)).get("token");
    if (given === null) return;
    sessionStorage.setItem(KEY, given);
    history.replaceState(history.state, "", location.pathname + location.search);
  },
  get token(): string | null {
    return sessionStorage.getItem(KEY);
  },
  use(token: string): void {
    sessionStorage.setItem(KEY, token);
    refusal.set(false);
  },
  headers(): Record<string, string> {
    const token = sessionStorage.getItem(KEY);
    return token ? { Authorization: `Bearer ${token}` } : {};
  },
  refused(): void {
    refusal.set(true);
  },
  refusal,
};
