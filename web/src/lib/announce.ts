/** What is said to a reader of the screen, and shown for a moment. */
import { createStore } from "./store";

type Tone = "polite" | "assertive";

interface Announcement {
  text: string;
  tone: Tone;
  number: number;
}

export const announcement = createStore<Announcement>({ text: "", tone: "polite", number: 0 });

export function announce(text: string, tone: Tone = "polite"): void {
  announcement.set({ text, tone, number: announcement.get().number + 1 });
}
