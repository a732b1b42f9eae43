import type { SphericalLoss } from "@widehead/core";
import { type Case, defineCase, type Sizes } from "../case.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import { leverageCases } from "./second-order-leverage.ts";
import { type PreconditioningName, preconditionings, secondOrderProblem } from "./second-order-problems.ts";
import { secondOrderRunCases } from "./second-order-runs.ts";
import { type StepSubject, sphericalSubjects } from "./step-problems.ts";
import { expectOracle } from "./step-subject.ts";

/** At a condition limit of 0 a layer refactors at each step; at 1.1 now and then, where the loss wears out U. */
const sizes: readonly Sizes[] = [
  { m: 1, d: 1, D: 3, K: 1, steps: 1, conditionLimit: 30 },
  { m: 3, d: 8, D: 50, K: 3, steps: 1, conditionLimit: 30, clipped: 1 },
  { m: 9, d: 7, D: 30, K: 3, steps: 1, conditionLimit: 30, weighted: 1 },
  { m: 5, d: 7, D: 20, K: 2, steps: 1, conditionLimit: 0 },
  { m: 5, d: 7, D: 20, K: 2, steps: 40, conditionLimit: 30, weighted: 1 },
  { m: 8, d: 6, D: 20, K: 2, steps: 40, conditionLimit: 1.1 },
  { m: 3, d: 5, D: 15, K: 2, steps: 40, conditionLimit: 0, clipped: 1 },
];

function secondOrderCase(subject: StepSubject<SphericalLoss>, name: PreconditioningName): Case {
  const { loss } = subject;
  return defineCase({
    id: `second-order/${loss.name}/${name}`,
    title: `Steps of ${loss.name} with ${descriptions[name]} equal W ← cW − η∇W·C.`,
    plan: "One step, and 40 with refactorings at each step, now and then or hardly ever: losses, hidden gradient, gradient norm, W, Q_c and w̄ lie within the derived tolerance of the oracle, which follows the definition of C, in the batch's system and in the features' system; U U⁻¹ = I.",
    needs: [],
    sizes,
    tolerance: { kind: "derived", statement: allowanceStatement },
    run: (context, size) => {
      const conditionLimit = size.conditionLimit!;
      const systems = ["batch", "features"] as const;
      return expectOracle(
        context,
        secondOrderProblem(subject, name, size),
        systems.map((system) => ({ system, conditionLimit })),
      );
    },
  });
}

const descriptions: Readonly<Record<PreconditioningName, string>> = {
  fixed: "a C that is not symmetric",
  full: "C = (E[hhᵀ] + λI)⁻¹",
  diagonal: "C = diag(1/(E[hⱼ²] + λ))",
};

export const secondOrderCases: readonly Case[] = [
  ...sphericalSubjects.flatMap((subject) => preconditionings.map((name) => secondOrderCase(subject, name))),
  ...leverageCases,
  ...secondOrderRunCases,
];
