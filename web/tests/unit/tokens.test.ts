import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../src/app/styles.css", import.meta.url), "utf8");

type Theme = "light" | "dark";

/** The lightness, chroma and hue that a token has in a theme. */
function token(name: string, theme: Theme): [number, number, number] {
  const declared = new RegExp(`--color-${name}: (.*);`).exec(css)?.[1] ?? "";
  const values = [...declared.matchAll(/oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/g)].map((match) => match.slice(1, 4).map(Number));
  const [lightness = 0, chroma = 0, hue = 0] = (theme === "light" ? values[0] : values.at(-1)) ?? [];
  return [lightness / 100, chroma, (hue * Math.PI) / 180];
}

/** Relative luminance (WCAG) of an OKLCH colour inside sRGB, by Ottosson's matrices. */
function luminance([lightness, chroma, hue]: [number, number, number]): number {
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short;
  const green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short;
  const blue = -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(first: string, second: string, theme: Theme): number {
  const [low, high] = [luminance(token(first, theme)), luminance(token(second, theme))].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe.each<Theme>(["dark", "light"])("the tokens of the %s theme", (theme) => {
  it.each(["text-1", "text-2", "text-3", "accent", "buy", "sell", "warn", "danger", "ok", "paper", "sandbox"])("%s can be read on panels and selections", (name) => {
    expect(contrast(name, "surface-1", theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(name, "surface-3", theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["buy-fill", "sell-fill", "danger-fill"])("white can be read on %s", (name) => {
    expect(contrast("on-fill", name, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it("edges of fields can be seen", () => {
    expect(contrast("line-strong", "surface-1", theme)).toBeGreaterThanOrEqual(3);
  });
});
