/** What a failed request says: the server's problem (RFC 9457), or that there was no answer. */
import { copy } from "@/lib/copy";
import type { ProblemBody, Refusal } from "./types";

/** The server answered, and refused. */
export class Problem extends Error {
  readonly body: ProblemBody;
  readonly retryAfterS: string | null;

  constructor(body: ProblemBody, retryAfterS: string | null) {
    super(body.detail);
    this.body = body;
    this.retryAfterS = retryAfterS;
  }

  get status(): number {
    return this.body.status;
  }
}

/** Nobody answered, or not in words that we know: what was asked may have been done. */
export class NoAnswer extends Error {}

export function isProblemBody(value: unknown): value is ProblemBody {
  return typeof value === "object" && value !== null && "error_code" in value && "suggested_action" in value;
}

/** One sentence for a person. */
export function told(error: unknown): string {
  if (error instanceof Problem) return sentence(error.body.detail);
  if (error instanceof NoAnswer) return copy.noAnswer;
  return copy.ourFault;
}

export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** What a refusal says, rule by rule, and the valid value nearest to what was asked. */
export function explained(problem: ProblemBody): { text: string; refusals: readonly Refusal[]; action: string } {
  const refusals = problem.errors ?? [];
  const broken = refusals.map((each) => `${each.field.replaceAll("_", " ")}: ${each.rule}`).join("; ");
  return { text: sentence(broken || problem.detail), refusals, action: problem.suggested_action };
}
