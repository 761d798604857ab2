/** Starts the terminal: token, stream, then the page. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { takeIn } from "@/lib/desk/holdings";
import { queries, refreshHistory } from "@/lib/desk/queries";
import { systemChanged } from "@/lib/desk/system";
import { session } from "@/lib/session";
import { onChanges, startStream } from "@/lib/stream/stream";
import { router } from "./router";
import { announceEnded } from "./shell/ended";
import "@/lib/theme";
import "./styles.css";

session.start();
onChanges((key, changes, stale) => {
  if (key === "system") return systemChanged(changes, stale);
  const account = key.slice("account|".length);
  const ended = takeIn(account, changes, stale);
  if (ended.isGap || ended.orders.length > 0 || ended.fills.length > 0) refreshHistory(account);
  announceEnded(ended);
});
startStream();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
