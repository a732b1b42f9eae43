import type { Case } from "../case.ts";
import { backendCases } from "./backend/index.ts";
import { kernelCases } from "./kernels/index.ts";

/** The whole suite, in the order in which it runs: what later cases rely on comes first. */
export const cases: readonly Case[] = [...backendCases, ...kernelCases];
