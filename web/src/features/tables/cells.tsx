/** Cells that several tables share. */
import { useCallback } from "react";
import { EnvBadge, edgeOf } from "@/components/Badges";
import { toneOf } from "@/components/Numbers";
import { environmentOf, type Account, type Instrument, type Position } from "@/lib/api/types";
import { absolute, compare, decimal, divide, multiply, parse, sign, type Decimal } from "@/lib/decimal/decimal";
import { format, moneyDigits, percent, UNKNOWN } from "@/lib/decimal/format";
import { priceDigits, sizeDigits, unrealized, venueName } from "@/lib/instrument";
import { usePart } from "@/lib/store";
import { useTopic } from "@/lib/stream/stream";
import { momentOf } from "@/lib/time";

export interface Known {
  accounts: ReadonlyMap<string, Account>;
  instruments: ReadonlyMap<string, Instrument>;
}

/** The rules of a symbol at the venue of an account, where they are known. */
export function instrumentOf({ accounts, instruments }: Known, row: { account: string; symbol: string }): Instrument | null {
  return instruments.get(`${accounts.get(row.account)?.venue}|${row.symbol}`) ?? null;
}

export function AccountCell({ known, account }: { known: Known; account: string }) {
  const found = known.accounts.get(account);
  return <><span className="text-text-2">{found ? venueName(found.venue) : ""}</span> <span className="text-text-3">{account}</span></>;
}

export function EnvCell({ known, account }: { known: Known; account: string }) {
  const found = known.accounts.get(account);
  return found ? <EnvBadge env={environmentOf(found)} /> : null;
}

export function rowEdge(known: Known, account: string): string {
  const found = known.accounts.get(account);
  return found ? edgeOf(environmentOf(found)) : "";
}

export function price(known: Known, row: { account: string; symbol: string }, value: string | null | undefined): string {
  if (value == null) return UNKNOWN;
  const instrument = instrumentOf(known, row);
  const read = parse(value);
  return format(value, instrument && read ? { digits: priceDigits(instrument, read) } : {});
}

export function size(known: Known, row: { account: string; symbol: string }, value: string | null | undefined): string {
  const instrument = instrumentOf(known, row);
  return format(value, instrument ? { digits: sizeDigits(instrument) } : {});
}

function Currency({ asset }: { asset: string }) {
  return <span className="ml-px inline-block w-[31px] text-left text-micro text-text-3">{asset}</span>;
}

export function Moment({ at, nowMs }: { at: string | null; nowMs: number }) {
  return <span className="text-text-2" title={at ?? undefined}>{at === null ? UNKNOWN : momentOf(Date.parse(at), nowMs)}</span>;
}

/** Text order is not number order. */
export function byAmount<R>(amount: (row: R) => string | null | undefined): (a: R, b: R) => number {
  return (a, b) => compare(parse(amount(a)) ?? decimal("0"), parse(amount(b)) ?? decimal("0"));
}

interface Valued {
  mark: string | null;
  profit: Decimal | null;
  value: Decimal | null;
}

/** What a position is worth at the market's mark just now; at most four times a second. */
function useValued(position: Position, instrument: Instrument | null): Valued {
  const ticker = usePart(
    useTopic({ topic: "ticker", venue: position.venue, symbol: position.symbol }),
    useCallback((live) => live.ticker?.mark ?? live.ticker?.last ?? null, []),
    250,
  );
  const mark = ticker ?? position.mark_price;
  const live = instrument && mark ? unrealized(instrument, position.quantity, position.cost, mark) : null;
  const at = parse(mark);
  return {
    mark,
    profit: live ?? parse(position.unrealized),
    value: at === null || instrument?.inverse ? null : absolute(multiply(decimal(position.quantity), at)),
  };
}

export function MarkCell({ position, instrument }: { position: Position; instrument: Instrument | null }) {
  const { mark } = useValued(position, instrument);
  return <span data-live="">{format(mark, { digits: instrument ? priceDigits(instrument, parse(mark)) : undefined })}</span>;
}

export function ValueCell({ position, instrument }: { position: Position; instrument: Instrument | null }) {
  const { value } = useValued(position, instrument);
  const quote = instrument?.quote ?? "";
  return <span data-live="">{format(value, { digits: moneyDigits(quote) })} <Currency asset={quote} /></span>;
}

export function ProfitCell({ position, instrument }: { position: Position; instrument: Instrument | null }) {
  const { profit } = useValued(position, instrument);
  const settle = instrument?.settle ?? "";
  return (
    <>
      <span className={profit ? toneOf(sign(profit)) : ""} data-live="">{format(profit, { digits: moneyDigits(settle), signed: true })}</span> <Currency asset={settle} />
    </>
  );
}

export function ReturnCell({ position, instrument }: { position: Position; instrument: Instrument | null }) {
  const { profit } = useValued(position, instrument);
  const cost = absolute(decimal(position.cost));
  const part = profit === null || sign(cost) === 0 ? null : divide(profit, cost, 6);
  return <span className={part ? toneOf(sign(part)) : ""} data-live="">{percent(part)}</span>;
}
