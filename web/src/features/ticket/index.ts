/** The order ticket. */
export { edit, focusField } from "./store";
export { TicketPanel } from "./TicketPanel";
