export { gpujs, gpujsIn } from "./module.ts";
