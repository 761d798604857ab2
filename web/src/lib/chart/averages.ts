/** Moving averages for the eye: analysis, in binary floating point. */

/** Exponential average over ``span`` bars, begun with the plain average of the first ones. */
export function exponential(values: readonly number[], span: number): (number | null)[] {
  const weight = 2 / (span + 1);
  let average = 0;
  return values.map((value, index) => {
    if (index < span) {
      average += value / span;
      return index === span - 1 ? average : null;
    }
    average += (value - average) * weight;
    return average;
  });
}
