/** Orders that need a person. */
export { StuckCount } from "./StuckCount";
