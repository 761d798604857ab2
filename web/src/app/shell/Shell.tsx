/** The frame of every page: top bar, banner, content, status bar. */
import { Outlet } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/Controls";
import { openKillSwitch, StopBanner, StopDialog } from "@/features/stop";
import { announcement } from "@/lib/announce";
import { queries } from "@/lib/desk/queries";
import { session } from "@/lib/session";
import { useStore } from "@/lib/store";
import { retryStream } from "@/lib/stream/stream";
import { switchTheme } from "@/lib/theme";
import { copy } from "@/lib/copy";
import { Banner } from "./Banner";
import { useHealth } from "./health";
import { KeyList } from "./KeyList";
import { isDialogOpen, isKillSwitchKey, isPlainKey } from "./keys";
import { StatusBar } from "./StatusBar";
import { TopBar } from "./TopBar";

export function Shell() {
  const health = useHealth();
  const isRefused = useStore(session.refusal) || health.state === "refused";
  const [areKeysShown, showKeys] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isKillSwitchKey(event)) {
        event.preventDefault();
        return openKillSwitch();
      }
      if (event.key === "F6" && !isDialogOpen()) return cyclePanels(event);
      if (!isPlainKey(event)) return;
      if (event.key === "?") showKeys(true);
      if (event.key.toLowerCase() === "t") switchTheme();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  const isAged = health.state !== "live" && health.state !== "starting";
  return (
    <div className={`grid h-full grid-rows-[auto_auto_minmax(0,1fr)_24px] ${isAged ? "aged" : ""}`}>
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:z-60 focus:bg-surface-3 focus:p-2">To the content</a>
      <TopBar onKeys={() => showKeys(true)} onStop={openKillSwitch} />
      <div>
        <StopBanner />
        <Banner health={health} />
      </div>
      {isRefused ? <SignIn wasIn={health.connection.version !== null} /> : <Outlet />}
      <StatusBar health={health} />
      <KeyList open={areKeysShown} onClose={() => showKeys(false)} />
      <StopDialog oldSinceMs={isAged ? health.connection.heardAtMs : null} />
      <Announcer />
    </div>
  );
}

/** F6 goes round the panels in the order in which they are seen. */
function cyclePanels(event: KeyboardEvent): void {
  const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")].filter((panel) => panel.offsetParent !== null);
  const at = panels.findIndex((panel) => panel.contains(document.activeElement));
  const next = panels[(at + (event.shiftKey ? -1 : 1) + panels.length) % panels.length];
  event.preventDefault();
  next?.focus();
}

/** The ticket lives outside of the page that this takes the place of: nothing typed is lost. */
function SignIn({ wasIn }: { wasIn: boolean }) {
  const [token, setToken] = useState("");
  const use = (event: React.FormEvent) => {
    event.preventDefault();
    session.use(token.trim());
    retryStream();
    void queries.invalidateQueries();
  };
  return (
    <main id="content" className="grid place-items-center p-4">
      <form onSubmit={use} className="flex w-full max-w-md flex-col gap-3 rounded-panel bg-surface-1 p-6">
        <h1 className="text-symbol font-semibold">{wasIn ? "Signed out" : "Not signed in"}</h1>
        <p className="text-cell text-text-2">{wasIn ? `${copy.signedOut} ` : ""}{copy.wrongToken}</p>
        <label className="flex flex-col gap-1 text-text-2">Token
          <input type="password" autoComplete="current-password" value={token} onChange={(event) => setToken(event.target.value)} className="h-9 rounded-panel border border-line-strong bg-surface-2 px-2.5 text-text-1" />
        </label>
        <Button kind="main" type="submit" className="h-9! self-start px-4!" disabled={token.trim() === ""}>Sign in</Button>
      </form>
    </main>
  );
}

const SHOWN_MS = 8_000;

/** What has no other place: spoken, and what loses certainty shown as well. */
function Announcer() {
  const said = useStore(announcement);
  const [closed, setClosed] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setClosed(said.number), SHOWN_MS);
    return () => clearTimeout(timer.current);
  }, [said]);
  const isShown = said.tone === "assertive" && said.number > closed && said.text !== "";
  return (
    <>
      <p className="sr-only" aria-live="polite">{said.tone === "polite" ? said.text : ""}</p>
      <div aria-live="assertive" className={isShown ? "fixed right-2 bottom-8 z-60 flex max-w-md items-center gap-3 rounded-panel border border-warn/60 bg-surface-2 px-3 py-2 text-cell shadow-popover max-desk:bottom-20" : "sr-only"}>
        {said.tone === "assertive" ? said.text : ""}
        {isShown && <Button onClick={() => setClosed(said.number)}>Close</Button>}
      </div>
    </>
  );
}
