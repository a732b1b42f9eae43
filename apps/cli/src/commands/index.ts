import type { AnyCommand } from "../grammar/command.ts";
import { tasks } from "../tasks/index.ts";
import { analogies } from "./analogies.ts";
import { benchStep } from "./bench-step.ts";
import { conform } from "./conform.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { evaluateSimilarity } from "./evaluate-similarity.ts";
import { exportVectors } from "./export.ts";
import { neighbors } from "./neighbors.ts";
import { predict } from "./predict.ts";

export const commands: readonly AnyCommand[] = [
  ...tasks.map(({ train }) => train),
  evaluateSimilarity,
  evaluate,
  predict,
  neighbors,
  analogies,
  exportVectors,
  benchStep,
  conform,
  doctor,
];
