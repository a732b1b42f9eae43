export type { CurvatureOptions } from "./curvature.ts";
export { diagonal } from "./diagonal.ts";
export { createPreconditioner } from "./parse.ts";
export { secondOrder } from "./second-order.ts";
