/** Typed calls of the API: thin over fetch, with the token, problems as errors, and a deadline. */
import { session } from "@/lib/session";
import { isProblemBody, NoAnswer, Problem } from "./problem";
import type { paths } from "./schema";

const TIMEOUT_MS = 15_000;

type Methods = "get" | "post" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Methods> = paths[P][M] extends undefined ? never : NonNullable<paths[P][M]>;
type Answers<O> = O extends { responses: infer R } ? R : never;
type Good<R> = 200 extends keyof R ? R[200] : 202 extends keyof R ? R[202] : never;
type Answered<O> = Good<Answers<O>> extends { content: { "application/json": infer B } } ? B : unknown;
type Query<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type Body<O> = O extends { requestBody: { content: { "application/json": infer B } } } ? B : undefined;
type Path<O> = O extends { parameters: { path: infer P } } ? P : undefined;

export interface Asked<O> {
  path?: Path<O>;
  query?: Query<O>;
  body?: Body<O>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Call a route that the description knows. */
export async function call<M extends Methods, P extends keyof paths>(
  method: M,
  path: P,
  asked: Asked<Operation<P, M>> = {},
): Promise<Answered<Operation<P, M>>> {
  const named = asked.path as Record<string, string> | undefined;
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(named?.[name] ?? ""));
  return (await send(method, url, asked)) as Answered<Operation<P, M>>;
}

interface Sent {
  query?: unknown;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Raises Problem where the server refused, NoAnswer where its word is not known. */
export async function send(method: string, url: string, { query, body, headers, signal }: Sent = {}): Promise<unknown> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url + search(query), {
      method: method.toUpperCase(),
      headers: {
        ...session.headers(),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      cache: "no-store",
    });
    answer = await response.json();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NoAnswer(String(error));
  }
  if (response.ok) return answer;
  if (response.status === 401) session.refused();
  if (isProblemBody(answer)) throw new Problem(answer, response.headers.get("Retry-After"));
  throw new NoAnswer(`HTTP ${response.status}`);
}

function search(query: unknown): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries((query ?? {}) as Record<string, unknown>)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each != null) wanted.append(name, String(each));
  }
  const text = wanted.toString();
  return text ? `?${text}` : "";
}
