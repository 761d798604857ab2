/** The symbol of the page, and the list to choose another from. */
import { useMemo } from "react";
import { Icon } from "@/components/Icon";
import { Picker } from "@/components/Picker";
import type { Instrument } from "@/lib/api/types";
import { kindOf } from "@/lib/instrument";

interface SymbolPickerProps {
  instruments: readonly Instrument[];
  selected: Instrument;
  onPick(symbol: string): void;
}

export function SymbolPicker({ instruments, selected, onPick }: SymbolPickerProps) {
  const items = useMemo(
    () => instruments.map((each) => ({
      key: each.symbol, words: `${each.symbol} ${each.base} ${each.quote} ${kindOf(each)}`,
      row: <><span className="font-[550]">{each.symbol}</span><span className="flex-1" /><span className="text-text-3">{kindOf(each)}</span></>,
    })),
    [instruments],
  );
  return (
    <Picker id="symbol-picker" label={`Symbol: ${selected.symbol}`} items={items} selected={selected.symbol} onPick={onPick} className="flex items-center gap-2.5 rounded-tag text-symbol font-semibold tracking-[-0.012em]">
      {selected.symbol}
      <Icon name="down" size={14} className="text-text-3" />
    </Picker>
  );
}
