/** What the journal has of the last stop of an account, asked for again whenever the stop has moved on. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "@/lib/api/client";
import type { StopReport } from "@/lib/api/types";
import type { Stopped } from "./model";

/** `live`: so many orders of the account still work. */
export function useReport({ account, stop }: Stopped, live: number): StopReport["summary"] | null {
  const { data } = useQuery({
    queryKey: ["stop report", account, stop.asked_ns, live, stop.orders_left, stop.proven],
    queryFn: async ({ signal }) => (await call("get", "/api/v1/stop/report", { query: { account }, signal })).summary,
    placeholderData: keepPreviousData,
  });
  return data ?? null;
}
