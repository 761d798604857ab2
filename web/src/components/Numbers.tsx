/** Numbers that follow the market: they write their own text node, React does not render. */
import { useEffect, useRef } from "react";
import { followed, type Store } from "@/lib/store";

interface LiveTextProps<T> {
  store: Store<T>;
  /** What to show, and with which class beside the fixed ones. */
  show(state: T): string;
  tone?(state: T): string;
  className?: string;
  id?: string;
}

export function LiveText<T>({ store, show, tone, className = "", id }: LiveTextProps<T>) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const node = element.firstChild ?? element.appendChild(document.createTextNode(""));
    return followed(store, (state) => {
      const text = show(state);
      if (node.nodeValue !== text) node.nodeValue = text;
      const wanted = `${className} ${tone ? tone(state) : ""}`;
      if (element.className !== wanted) element.className = wanted;
    });
  }, [store, show, tone, className]);
  return <span ref={place} id={id} className={className} data-live="" />;
}

/** The sign colours profit and change; zero has neither sign nor colour. */
export function toneOf(sign: -1 | 0 | 1): string {
  return sign > 0 ? "text-buy" : sign < 0 ? "text-sell" : "text-text-2";
}
