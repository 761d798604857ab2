/** The order book and the trades. */
export { BookPanel } from "./BookPanel";
