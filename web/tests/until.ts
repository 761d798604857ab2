import assert from "node:assert/strict";

/** Wait until a condition holds, looking again and again; the words say what was waited for. */
export async function until(what: string, holds: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
