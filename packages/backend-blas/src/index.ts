export { type BlasOptions, blas, createBlas } from "./module.ts";
