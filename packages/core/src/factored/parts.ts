import { backward } from "./backward.ts";
import { forward } from "./forward.ts";
import { gradientNorm } from "./moments.ts";
import { refactoredRows } from "./refactor.ts";
import { gatherRows } from "./row-block.ts";
import { bringSliceForward } from "./sweeper.ts";
import { update } from "./update.ts";

/** The pieces of a step. The layer uses these; the conformance suite breaks them one by one to see that it notices. */
export interface FactoredParts {
  readonly gatherRows: typeof gatherRows;
  readonly forward: typeof forward;
  readonly backward: typeof backward;
  readonly gradientNorm: typeof gradientNorm;
  readonly update: typeof update;
  readonly refactoredRows: typeof refactoredRows;
  readonly bringSliceForward: typeof bringSliceForward;
}

export const defaultParts: FactoredParts = {
  gatherRows,
  forward,
  backward,
  gradientNorm,
  update,
  refactoredRows,
  bringSliceForward,
};
