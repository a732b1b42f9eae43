export { mlMatrix } from "./module.ts";
