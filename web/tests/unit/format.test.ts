import { describe, expect, it } from "vitest";
import { decimal } from "@/lib/decimal/decimal";
import { format, percent, short } from "@/lib/decimal/format";
import { readAmount } from "@/lib/decimal/input";

describe("format", () => {
  it("groups, keeps zeros and writes a true minus", () => {
    expect(format("94182.4", { digits: 1 })).toBe("94,182.4");
    expect(format("0.75", { digits: 4 })).toBe("0.7500");
    expect(format("-181.884", { digits: 2, signed: true })).toBe("\u2212181.88");
    expect(format("645.37", { digits: 2, signed: true })).toBe("+645.37");
    expect(format("0.00", { signed: true })).toBe("0.00");
  });

  it("says that it does not know", () => {
    expect(format(null)).toBe("—");
    expect(percent(null)).toBe("—");
    expect(short(null)).toBe("—");
  });

  it("is exact where binary fractions are not", () => {
    expect(format("123456789012345678.123456789", { digits: 9 })).toBe("123,456,789,012,345,678.123456789");
  });

  it("rounds towards less good for the reader", () => {
    expect(format("10.001", { digits: 2, rounding: "ceiling" })).toBe("10.01");
    expect(format("10.009", { digits: 2, rounding: "floor" })).toBe("10.00");
  });

  it("writes rates as per cent, with a space that does not break", () => {
    expect(percent(decimal("0.0119"))).toBe("+1.19\u00a0%");
    expect(percent(decimal("-0.0462"))).toBe("\u22124.62\u00a0%");
  });

  it.each([["1920000000", "1.92\u00a0B"], ["88400", "88.40\u00a0K"], ["912.5", "912.5"], ["-2500000", "\u22122.50\u00a0M"]])("shortens %s to %s", (value, shown) => {
    expect(short(value)).toBe(shown);
  });
});

describe("what people type", () => {
  it.each([
    ["94,185.0", "94185.0"], ["94185", "94185"], ["0,5", "0.5"], ["0,500", "0.500"], ["5,00,115.00", "500115.00"], ["1.234,5", "1234.5"], ["1,234,567", "1234567"], ["1 234.5", "1234.5"], [".5", "0.5"],
    ["1k", "1000"], ["2.5k", "2500"], ["1m", "1000000"], ["=1+2.5", "3.5"], ["=2*0.25-0.1", "0.4"],
  ])("%s is %s", (typed, value) => {
    expect(readAmount(typed, ".")).toEqual({ value, percent: false });
  });

  it("reads one thousand where a comma is the point of others", () => {
    expect(readAmount("1,234", ".")?.value).toBe("1234");
    expect(readAmount("1,234", ",")?.value).toBe("1.234");
    expect(readAmount("1.234", ",")?.value).toBe("1234");
  });

  it("knows parts", () => {
    expect(readAmount("50%", ".")).toEqual({ value: "50", percent: true });
  });

  it.each(["", "abc", "1..2", "-1", "1e5", "%", "=", "=1+", "1,2,3.4.5"])("refuses %j", (typed) => {
    expect(readAmount(typed, ".")).toBeNull();
  });
});
