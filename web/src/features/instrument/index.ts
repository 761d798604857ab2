/** The instrument that the page is about. */
export { Header } from "./Header";
export { SymbolPicker } from "./SymbolPicker";
