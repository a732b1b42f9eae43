export { webGpu } from "./module.ts";
