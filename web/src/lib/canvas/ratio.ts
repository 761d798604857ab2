/** From exact amounts to parts of a bar: here, and not before, amounts become pixels. */
import type { Decimal } from "@/lib/decimal/decimal";

/** part / whole as 0..1 with four digits. */
export function ratio(part: Decimal, whole: Decimal): number {
  if (whole.units === 0n) return 0;
  const scale = Math.max(part.scale, whole.scale);
  const over = part.units * 10n ** BigInt(scale - part.scale) * 10_000n;
  const value = Number(over / (whole.units * 10n ** BigInt(scale - whole.scale))) / 10_000;
  return Math.min(Math.max(value, 0), 1);
}
