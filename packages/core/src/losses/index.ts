export * from "./cosine-distance.ts";
export { lossDomainError } from "./errors.ts";
export * from "./parse.ts";
export * from "./softmax-cross-entropy.ts";
export * from "./spherical-softmax.ts";
export * from "./squared-error.ts";
export * from "./taylor-softmax.ts";
export * from "./weighted-squared-error.ts";
export * from "./z-loss.ts";
