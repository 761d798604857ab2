/** When a bare letter is a command, and what all of them do. */

/** A dialog has the keyboard to itself, wherever in it the hand is. */
export function isDialogOpen(): boolean {
  return document.querySelector("dialog:modal") !== null;
}

/** Stops trading from anywhere, fields and dialogs too. */
export function isKillSwitchKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "k" && shiftKey && (ctrlKey || metaKey) && !altKey;
}

export function isPlainKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isDialogOpen()) return false;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return true;
  if (target.isContentEditable || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return false;
  if (target instanceof HTMLInputElement) return target.type === "checkbox" || target.type === "range";
  return true;
}

export const KEYS: readonly [keys: string, does: string][] = [
  ["B  S", "Ticket: buy, sell; goes to the size"],
  ["P  Q", "Go to price, size"],
  ["↑ ↓", "In a field: one tick or lot; with Shift ten"],
  ["Enter", "In the ticket: to the button, where Enter sends"],
  ["Ctrl Enter", "In the ticket: send at once"],
  ["Space  X", "Select an order; cancel what is selected"],
  ["Enter", "On a row of the open orders: change it there; Enter again asks the venue"],
  ["L", "Go to the next own line on the chart; ↑ ↓ move it, Enter asks the venue"],
  ["Ctrl Shift K", "Kill switch: stop trading"],
  ["1 – 6", "Interval of the chart"],
  ["[  ]", "Symbol before, after"],
  ["/", "Choose a symbol"],
  ["R", "Read the last price"],
  ["T", "Dark or light"],
  ["F6", "Next panel"],
  ["Esc", "Back, close"],
  ["?", "This list"],
];
