/** Positions, orders, fills and balances of all accounts. */
export { cancelSelected, TablesPanel, type TabName } from "./TablesPanel";
