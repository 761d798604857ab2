/** The routes of the terminal. What can be shared is in the address. */
import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Shell } from "./shell/Shell";
import { readSearch } from "./trade/search";
import { TradePage } from "./trade/TradePage";

const root = createRootRoute({ component: Shell, notFoundComponent: TradePage });

const start = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to go elsewhere
    throw redirect({ to: "/trade", replace: true });
  },
});
const trade = createRoute({ getParentRoute: () => root, path: "/trade", validateSearch: readSearch, component: TradePage });
const tradeSymbol = createRoute({ getParentRoute: () => root, path: "/trade/$symbol", validateSearch: readSearch, component: TradePage });

export const router = createRouter({ routeTree: root.addChildren([start, trade, tradeSymbol]) });

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
