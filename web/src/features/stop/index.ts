/** The kill switch: a stop of trading, its proof, and the way back. */
export { openKillSwitch } from "./store";
export { StopBanner } from "./StopBanner";
export { StopDialog } from "./StopDialog";
