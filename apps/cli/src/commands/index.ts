import type { AnyCommand } from "../grammar/command.ts";
import { benchStep } from "./bench-step.ts";
import { conform } from "./conform.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { neighbors } from "./neighbors.ts";
import { predict } from "./predict.ts";
import { trainLanguageModel } from "./train-language-model.ts";

export const commands: readonly AnyCommand[] = [
  trainLanguageModel,
  evaluate,
  predict,
  neighbors,
  benchStep,
  conform,
  doctor,
];
