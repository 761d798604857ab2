/** The market at the top of the page: what it is, what it costs, how the day went. */
import { useCallback, type ReactNode } from "react";
import { LiveText, toneOf } from "@/components/Numbers";
import { Panel } from "@/components/Panel";
import type { Instrument } from "@/lib/api/types";
import { decimal, divide, multiply, parse, sign, subtract, ZERO, type Decimal } from "@/lib/decimal/decimal";
import { format, percent, short, UNKNOWN } from "@/lib/decimal/format";
import { useDay } from "@/lib/desk/queries";
import { kindOf, priceDigits, venueName } from "@/lib/instrument";
import { usePart } from "@/lib/store";
import type { Ticker } from "@/lib/stream/protocol";
import { useTopic, type Live } from "@/lib/stream/stream";

interface HeaderProps {
  instrument: Instrument;
  picker: ReactNode;
  className?: string;
}

export function Header({ instrument, picker, className = "" }: HeaderProps) {
  const { venue, symbol } = instrument;
  const store = useTopic({ topic: "ticker", venue, symbol });
  const trades = useTopic({ topic: "trades", venue, symbol });
  const isStale = usePart(store, (live) => live.stale || live.ticker?.stale === true);
  const near = usePart(store, (live) => live.ticker?.last ?? null, 5_000);
  const digits = priceDigits(instrument, parse(near));
  const last = useCallback((live: Live) => format(live.ticker?.last, { digits }), [digits]);
  const side = useCallback((live: Live) => (live.trades[0]?.taker === "SELL" ? "text-sell" : "text-buy"), []);
  const day = useDay(venue, symbol).data ?? null;
  const change = useCallback((live: Live) => changeWords(live.ticker, day, digits), [day, digits]);
  const changeTone = useCallback((live: Live) => toneOf(sign(changeOf(live.ticker, day) ?? ZERO)), [day]);
  const price = (field: "mark" | "high" | "low" | "bid" | "ask") => (live: Live) => format(live.ticker?.[field] ?? day?.[field], { digits });
  const volume = useCallback((live: Live) => valueOf(live.ticker?.volume ?? day?.volume ?? null, live.ticker?.last ?? null, instrument), [day, instrument]);

  return (
    <Panel name="Instrument" className={`${isStale ? "aged" : ""} ${className}`}>
      <div className="flex min-h-13 flex-wrap items-center gap-y-1 px-3.5 tablet:flex-nowrap">
        <h1 className="sr-only">Trade {symbol}</h1>
        <div className="flex items-center gap-2.5 pr-4.5 whitespace-nowrap">
          <div>
            {picker}
            <p className="text-hint text-text-3">{kindOf(instrument)} · {venueName(venue)}</p>
          </div>
        </div>
        <LastPrice store={store} trades={trades} show={last} tone={side} />
        <div className="flex min-w-0 overflow-hidden max-tablet:grid max-tablet:w-full max-tablet:grid-cols-[auto_auto_auto] max-tablet:justify-between max-tablet:gap-y-2 max-tablet:pb-2">
          <Figure name="24 h change" first><LiveText store={store} show={change} tone={changeTone} /></Figure>
          <Figure name="Bid and ask">
            <LiveText store={store} show={price("bid")} className="text-buy" /> <span className="text-text-3">·</span> <LiveText store={store} show={price("ask")} className="text-sell" />
          </Figure>
          <Figure name="Mark"><LiveText store={store} show={price("mark")} /></Figure>
          <Figure name="24 h high"><LiveText store={store} show={price("high")} /></Figure>
          <Figure name="24 h low"><LiveText store={store} show={price("low")} /></Figure>
          <Figure name="24 h volume"><LiveText store={store} show={volume} /></Figure>
        </div>
      </div>
    </Panel>
  );
}

/** The last price takes the side of the last tick. */
function LastPrice({ store, trades, show, tone }: { store: Parameters<typeof LiveText<Live>>[0]["store"]; trades: typeof store; show(live: Live): string; tone(live: Live): string }) {
  const colour = usePart(trades, tone, 100);
  return <span className={`text-last font-semibold tracking-[-0.02em] whitespace-nowrap ${colour}`}><LiveText id="last-price" store={store} show={show} /></span>;
}

function Figure({ name, first = false, children }: { name: string; first?: boolean; children: ReactNode }) {
  return (
    <div className={`px-[13px] leading-[15px] whitespace-nowrap max-tablet:border-0 max-tablet:px-0 ${first ? "pl-4" : "border-l border-line"}`}>
      <span className="mb-0.5 block text-micro text-text-3">{name}</span>
      <span className="text-cell leading-[15px] font-[450]">{children}</span>
    </div>
  );
}

/** The stream's word on the day, else what the last price makes of the day's first one. */
function changeOf(ticker: Ticker | null, day: Ticker | null): Decimal | null {
  const [last, open] = [parse(ticker?.last), parse(ticker?.open ?? day?.open)];
  return parse(ticker?.change) ?? (last !== null && open !== null ? subtract(last, open) : null);
}

function changeWords(ticker: Ticker | null, day: Ticker | null, digits: number): string {
  const [moved, open] = [changeOf(ticker, day), parse(ticker?.open ?? day?.open)];
  if (moved === null) return UNKNOWN;
  const part = open === null || sign(open) === 0 ? "" : `\u2002${percent(divide(moved, open, 6))}`;
  return `${format(moved, { digits, signed: true })}${part}`;
}

/** Volume as money, which compares across markets. */
function valueOf(traded: string | null, price: string | null, instrument: Instrument): string {
  const [volume, last] = [parse(traded), parse(price)];
  if (volume === null || last === null) return UNKNOWN;
  const value = multiply(volume, instrument.inverse ? decimal(instrument.contract_size) : last);
  const whole = value.units / 10n ** BigInt(value.scale);
  return `${short(whole.toString())} ${instrument.quote}`;
}
