import type { Case } from "../case.ts";
import { backendCases } from "./backend/index.ts";
import { numericDefectCases } from "./defects-numerics.ts";
import { safetyDefectCases } from "./defects-safety.ts";
import { denseCases } from "./dense.ts";
import { denseCallCases } from "./dense-calls.ts";
import { errorCases } from "./errors.ts";
import { snapshotErrorCases } from "./errors-snapshot.ts";
import { failureCases } from "./failures.ts";
import { kernelCases } from "./kernels/index.ts";
import { lawCases } from "./laws.ts";
import { handleCases } from "./laws-handles.ts";
import { layerLawCases } from "./laws-layers.ts";
import { queryCases } from "./laws-queries.ts";
import { workCases } from "./laws-work.ts";
import { lossCases } from "./losses.ts";
import { conditioningCases } from "./run-conditioning.ts";
import { driftCases } from "./run-drift.ts";
import { longCases } from "./run-long.ts";
import { secondOrderCases } from "./second-order.ts";
import { stepCases } from "./step.ts";

/** The whole suite, in the order in which it runs: what later cases rely on comes first. */
export const cases: readonly Case[] = [
  ...backendCases,
  ...kernelCases,
  ...lossCases,
  ...stepCases,
  ...secondOrderCases,
  ...conditioningCases,
  ...lawCases,
  ...layerLawCases,
  ...queryCases,
  ...handleCases,
  ...workCases,
  ...errorCases,
  ...snapshotErrorCases,
  ...failureCases,
  ...numericDefectCases,
  ...safetyDefectCases,
  ...denseCases,
  ...denseCallCases,
  ...longCases,
  ...driftCases,
];
