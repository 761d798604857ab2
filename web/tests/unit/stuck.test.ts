import { describe, expect, it } from "vitest";
import { answersOf, decisionOf, questionOf } from "@/features/stuck/model";
import type { StuckOrder } from "@/lib/api/types";
import { order } from "../gateway/world.ts";

const AT = "2026-11-20T14:13:02.118000000Z";
const stuck = (more: Partial<StuckOrder> = {}): StuckOrder => ({
  order: order({ order_id: "o-1", account: "main", symbol: "BTC/USDT", side: "BUY" }, 0), question: "the venue has not answered", since_at: AT, since_ns: "1",
  look_ups: 3, last_asked_at: AT, last_asked_ns: "1", last_answer: "not seen in open_orders", absence_provable: true, actions: ["ask_again", "force_cancel"], proposal: null, ...more,
});

describe("an order that is stuck", () => {
  it("tells its question and how old it is", () => {
    expect(questionOf(stuck(), Date.parse(AT) + 130_000)).toMatch(/^The venue has not answered\. Open since \d\d:\d\d:02, 2 min\.$/);
    expect(questionOf(stuck({ since_at: null }), 0)).toBe("The venue has not answered.");
    expect(questionOf(stuck({ question: null }), 0)).toBe("Nothing is open about it any more.");
  });

  it("tells what the venue said, and that it was not asked", () => {
    expect(answersOf(stuck(), Date.parse(AT))).toMatch(/^Asked 3 times, last at \d\d:\d\d:02\. Not seen in open_orders\.$/);
    expect(answersOf(stuck({ look_ups: 1, last_answer: null }), Date.parse(AT))).toMatch(/^Asked 1 time, .* No answer yet\.$/);
    expect(answersOf(stuck({ look_ups: 0 }), 0)).toBe("The venue was not asked yet.");
  });

  it("says where a person has to decide, and who else", () => {
    expect(decisionOf(stuck())).toBeNull();
    expect(decisionOf(stuck({ actions: ["decide"] }))).toBe("A person may decide it.");
    expect(decisionOf(stuck({ actions: ["decide"], absence_provable: false }))).toMatch(/a person has to decide/);
    const proposal = { status: "FILLED" as const, filled: "1", value: "100", by: "ann", reason: "history", expires_at: AT, expires_ns: "1" };
    expect(decisionOf(stuck({ actions: ["approve"], proposal }))).toBe("ann proposes that it is filled; another person approves: ./run stuck approve o-1");
  });
});
