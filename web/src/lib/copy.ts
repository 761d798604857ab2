/** Every sentence that says what state the page is in: what happened, what it means, what to do. */
import { ageOf, clockOf } from "./time";

export const copy = {
  loading: (noun: string) => `Still loading ${noun}.`,
  failed: (noun: string, why: string) => `${noun} did not load: ${why}`,
  panelStopped: "This panel stopped. The others keep working.",
  noPositions: "No positions. Filled orders appear here.",
  noOpenOrders: "No open orders. Orders that wait at a venue appear here.",
  noOrders: "No orders yet. Every order placed here is kept, whatever became of it.",
  noFills: "No fills yet. Executions appear here one by one.",
  noBalances: "No balances are known yet.",
  noneOfInstrument: (noun: string, symbol: string) => `No ${noun} in ${symbol}.`,
  noAccount: "No account is connected. Add one to the settings of the server, or start it with simulated venues.",
  noCandles: "No candles are known for this interval.",
  reconnecting: (downMs: number, tries: number) =>
    `Live data paused for ${ageOf(downMs)}. Reconnecting, try ${tries}. Orders are still managed by the server.`,
  gone: (sinceMs: number) => `No answer from the server since ${clockOf(sinceMs)}. Working orders may still fill.`,
  offline: "This computer is offline. Open orders stay at the venues; stops held by the server stay active.",
  late: (ms: number) => `Prices are ${ageOf(ms)} old.`,
  halted: (account: string, by: string, since: string) => `${account} is stopped by ${by} since ${since}.`,
  notAccepting: (account: string, why: string) => `${account} accepts no new orders: ${why}`,
  paper: "Simulated money. Prices are real.",
  sandbox: "The venue's test system. No real money.",
  unknown: "Sent, no answer yet. It may be live. Do not send again.",
  venueSilent: (venue: string, age: string) => `${venue} did not answer for ${age}. The order may be live and is counted as exposure.`,
  wrongToken: "The server did not take the token. Enter the one from its token file, or open the address that it told at its start.",
  chartsBy: "Charts: TradingView Lightweight Charts™, © TradingView, Inc.",
} as const;
