/** The chart. */
export { ChartPanel } from "./ChartPanel";
export { INTERVALS, type Interval } from "./model";
