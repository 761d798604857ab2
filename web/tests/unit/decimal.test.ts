import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add, compare, decimal, divide, isMultiple, multiply, negate, parse, quantise, rescale, shortest, sign, subtract, text, ZERO, type Decimal,
} from "@/lib/decimal/decimal";

const amount: fc.Arbitrary<Decimal> = fc.record({ units: fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), scale: fc.integer({ min: 0, max: 18 }) });
const step = fc.record({ units: fc.bigInt({ min: 1n, max: 500n }), scale: fc.integer({ min: 0, max: 10 }) });
const same = (a: Decimal, b: Decimal) => compare(a, b) === 0;

describe("decimal", () => {
  it("reads what it writes", () => {
    fc.assert(fc.property(amount, (a) => text(decimal(text(a))) === text(a)));
  });

  it.each(["", " 1", "1.", ".5", "1e5", "+1", "1,5", "0x1", "NaN", "--1", "1".repeat(100)])("refuses %j", (typed) => {
    expect(parse(typed)).toBeNull();
  });

  it("adds and multiplies as numbers do", () => {
    fc.assert(fc.property(amount, amount, amount, (a, b, c) => {
      expect(same(add(a, b), add(b, a))).toBe(true);
      expect(same(add(add(a, b), c), add(a, add(b, c)))).toBe(true);
      expect(same(multiply(a, b), multiply(b, a))).toBe(true);
      expect(same(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
      expect(same(subtract(add(a, b), b), a)).toBe(true);
    }));
  });

  it("does not lose what binary fractions lose", () => {
    expect(text(add(decimal("0.1"), decimal("0.2")))).toBe("0.3");
    expect(text(multiply(decimal("1.1"), decimal("1.1")))).toBe("1.21");
  });

  it("orders, and negation turns the order round", () => {
    fc.assert(fc.property(amount, amount, (a, b) => {
      expect(compare(a, b) + compare(b, a)).toBe(0);
      expect(compare(negate(a), negate(b))).toBe(compare(b, a));
      expect(compare(a, b)).toBe(sign(subtract(a, b)));
    }));
  });

  it("keeps the value when zeros are taken away", () => {
    fc.assert(fc.property(amount, (a) => same(shortest(a), a)));
  });

  it("quantises to a multiple, on the side that was asked for, and less than a step away", () => {
    fc.assert(fc.property(amount, step, (a, by) => {
      const [low, high, near] = [quantise(a, by, "floor"), quantise(a, by, "ceiling"), quantise(a, by)];
      for (const each of [low, high, near]) expect(isMultiple(each, by)).toBe(true);
      expect(compare(low, a)).toBeLessThanOrEqual(0);
      expect(compare(high, a)).toBeGreaterThanOrEqual(0);
      expect(compare(subtract(high, low), by)).toBeLessThanOrEqual(0);
      expect(same(near, low) || same(near, high)).toBe(true);
    }));
  });

  it.each([["94185.07", "0.1", "94185.1"], ["1412.32", "0.05", "1412.30"], ["0.5", "1", "0"], ["1.5", "1", "2"], ["17", "5", "15"]])("the multiple of %s by %s is %s", (value, by, nearest) => {
    expect(text(quantise(decimal(value), decimal(by)))).toBe(nearest);
  });

  it("divides to the digits that were asked for", () => {
    fc.assert(fc.property(amount, amount.filter((b) => sign(b) !== 0), (a, b) => {
      const rest = subtract(a, multiply(divide(a, b, 12, "floor"), b));
      const unit = multiply(b, { units: 1n, scale: 12 });
      // What is left has the side of the divisor and is less than one last digit of it.
      expect(sign(rest) === 0 || sign(rest) === sign(b)).toBe(true);
      expect(compare(multiply(rest, rest), multiply(unit, unit))).toBe(-1);
    }));
  });

  it("gains zeros when digits are added, and only then", () => {
    expect(text(rescale(decimal("1.5"), 4))).toBe("1.5000");
    expect(text(rescale(decimal("-1.55"), 1))).toBe("-1.6");
    expect(text(rescale(ZERO, 2))).toBe("0.00");
  });
});
