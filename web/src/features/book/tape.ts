/** What the tape says about its trades. */
import { add, compare, decimal, divide, sign, ZERO, type Decimal } from "@/lib/decimal/decimal";
import type { PublicTrade } from "@/lib/stream/protocol";

/** The size that only one trade in twenty reaches; null where there are too few to say. */
export function largeFrom(trades: readonly PublicTrade[]): Decimal | null {
  if (trades.length < 20) return null;
  const sizes = trades.map((trade) => decimal(trade.quantity)).sort(compare);
  return sizes[Math.floor(sizes.length * 0.95)] ?? null;
}

/** Which part of the volume was bought by takers. */
export function buyShare(trades: readonly PublicTrade[]): Decimal | null {
  let [bought, all] = [ZERO, ZERO];
  for (const { taker, quantity } of trades) {
    if (taker === null) continue;
    all = add(all, decimal(quantity));
    if (taker === "BUY") bought = add(bought, decimal(quantity));
  }
  return sign(all) === 0 ? null : divide(bought, all, 4);
}
