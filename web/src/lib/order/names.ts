/** What orders are called, everywhere on the page. */
import type { Order, OrderType, Side } from "@/lib/api/types";

export const TYPE_NAMES: Record<OrderType, string> = {
  LIMIT: "Limit", MARKET: "Market", STOP_MARKET: "Stop", STOP_LIMIT: "Stop limit", TAKE_PROFIT_MARKET: "Take profit",
  TAKE_PROFIT_LIMIT: "Take profit limit", TRAILING_STOP: "Trailing stop",
};

/** As the first word of a button or cell. */
export const SIDE_NAMES: Record<Side, string> = { BUY: "Buy", SELL: "Sell" };

/** Within a sentence. */
export const SIDE_WORDS: Record<Side, string> = { BUY: "buy", SELL: "sell" };

/** Limit buy 0.250 BTC/USDT */
export function orderWords({ type, side, quantity, value, symbol }: Order): string {
  return `${TYPE_NAMES[type]} ${SIDE_WORDS[side]} ${quantity ?? value ?? ""} ${symbol}`;
}
