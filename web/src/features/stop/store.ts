/** Which part of the kill switch is open: asking for a stop, its proof, or the way back. */
import { call } from "@/lib/api/client";
import { NoAnswer, told } from "@/lib/api/problem";
import { copy } from "@/lib/copy";
import { system, takeStops } from "@/lib/desk/system";
import { createStore } from "@/lib/store";

export type View = "closed" | "ask" | "proof" | "resume";

export const view = createStore<View>("closed");

/** The kill switch itself; where everything is stopped already it shows the proof. */
export function openKillSwitch(): void {
  if (view.get() !== "closed") return;
  const accounts = [...system.get().accounts.values()];
  view.set(accounts.length > 0 && accounts.every((each) => each.stop !== null) ? "proof" : "ask");
}

/** Ask the server to stop; the answer says why it did not, or null. Asking twice is safe. */
export async function stopTrading(reason: string, account: string | null): Promise<string | null> {
  try {
    const { accounts } = await call("post", "/api/v1/stop", { body: { reason, ...(account === null ? {} : { accounts: [account] }) } });
    takeStops(accounts);
    view.set("proof");
    return null;
  } catch (error) {
    return error instanceof NoAnswer ? copy.stopNoAnswer : copy.notStopped(told(error));
  }
}

/** Let an account take new orders again; the answer says why it does not, or null. */
export async function resumeTrading(account: string): Promise<string | null> {
  try {
    await call("delete", "/api/v1/accounts/{account}/halt", { path: { account } });
    return null;
  } catch (error) {
    return error instanceof NoAnswer ? copy.resumeNoAnswer : copy.notResumed(told(error));
  }
}
