/** The orders that a person should look at, and what can be done about them from here. */
import { useQuery } from "@tanstack/react-query";
import { call } from "@/lib/api/client";
import { told } from "@/lib/api/problem";
import type { StuckOrder } from "@/lib/api/types";
import { copy } from "@/lib/copy";
import { queries } from "@/lib/desk/queries";

const KEY = ["stuck orders"];
/** No topic of the stream tells of them. */
const EVERY_MS = 5_000;

export function useStuck(): readonly StuckOrder[] {
  const { data } = useQuery({ queryKey: KEY, refetchInterval: EVERY_MS, queryFn: async ({ signal }) => (await call("get", "/api/v1/interventions", { signal })).stuck });
  return data ?? [];
}

const ACTS = {
  ask_again: { path: "/api/v1/interventions/{order_id}/ask-again", done: copy.stuckAsked },
  force_cancel: { path: "/api/v1/interventions/{order_id}/force-cancel", done: copy.stuckCancelled },
} as const;

export type Act = keyof typeof ACTS;

export interface Done {
  isDone: boolean;
  text: string;
}

/** Do it, and say in one sentence what came of it. */
export async function act(what: Act, orderId: string): Promise<Done> {
  const { path, done } = ACTS[what];
  try {
    await call("post", path, { path: { order_id: orderId } });
    return { isDone: true, text: done };
  } catch (error) {
    return { isDone: false, text: told(error) };
  } finally {
    void queries.invalidateQueries({ queryKey: KEY });
  }
}
