import { DenseLayer, type Loss, softmaxCrossEntropy, squaredError, taylorSoftmax } from "@widehead/core";
import { type Case, type CaseContext, defineCase, product, type Sizes } from "../case.ts";
import { allowanceStatement, allowances, oracleRun, outputObservations } from "../oracle/observations.ts";
import { createProblem, type Problem, type ProblemShape } from "../oracle/problem.ts";
import { type StepSubject, sphericalSubjects, type Variant, variantProblem, variants } from "./step-problems.ts";
import { expectObservations, trainOutputs } from "./step-subject.ts";

/** Every loss of the family, and the one outside it. */
const subjects: readonly StepSubject<Loss>[] = [...sphericalSubjects, { loss: softmaxCrossEntropy(), rate: 0.5 }];

const derived = { kind: "derived", statement: allowanceStatement } as const;

/** Few features and many, more examples than outputs and fewer. */
const shapes: readonly ProblemShape[] = [
  { m: 1, d: 7, D: 40, K: 3 },
  { m: 3, d: 2, D: 50, K: 1 },
  { m: 20, d: 9, D: 12, K: 5 },
];

/** So many features that W is held in blocks of 16 rows. */
export const blockFeatures = 16_384;

/** A dense layer at the problem's start. */
export function startDense(context: CaseContext, problem: Problem<Loss>): Promise<DenseLayer> {
  const { loss, weights, offset } = problem;
  return DenseLayer.create({
    backend: context.backend,
    outputs: weights.rows,
    features: weights.columns,
    loss,
    initial: { weights, offset },
  });
}

async function expectDenseOracle(context: CaseContext, problem: Problem<Loss>): Promise<void> {
  const run = oracleRun(problem);
  const allowed = allowances(problem, run, context.roundoff, outputObservations);
  await using layer = await startDense(context, problem);
  expectObservations(context, await trainOutputs(layer, problem), run.observed, allowed);
}

function denseCase(subject: StepSubject<Loss>, variant: Variant): Case {
  return defineCase({
    id: `dense/${subject.loss.name}/${variant}`,
    title: `Steps of ${subject.loss.name}, ${variant}, through the dense layer equal gradient descent.`,
    plan: "After 1 step and after 10, by train and by gradient and apply in turn, losses, hidden gradient, gradient norm and W lie within the derived tolerance of the oracle.",
    needs: [],
    sizes: [...shapes.map((shape): Sizes => ({ ...shape, steps: 1 })), { ...shapes[0], steps: 10 }],
    tolerance: derived,
    run: (context, sizes) => expectDenseOracle(context, variantProblem(subject, variant, sizes)),
  });
}

/** Each of these takes a way of its own through the blocks: in one pass, in two with centred outputs, by exponentials. */
const blockSubjects: readonly { readonly loss: Loss; readonly outputs: readonly number[] }[] = [
  { loss: squaredError(), outputs: [15, 16, 17] },
  { loss: taylorSoftmax(), outputs: [33] },
  { loss: softmaxCrossEntropy(), outputs: [33] },
];

function blockCase({ loss, outputs }: (typeof blockSubjects)[number]): Case {
  return defineCase({
    id: `dense/${loss.name}/blocks`,
    title: `Steps of ${loss.name} equal gradient descent where W is held in blocks.`,
    plan: "With outputs around one block of 16, or two blocks and one more, two steps lie within the derived tolerance of the oracle.",
    needs: [],
    sizes: product({ m: [2], d: [blockFeatures], D: outputs, K: [3] }),
    tolerance: derived,
    run(context, sizes) {
      const { m, d, D, K } = sizes as Sizes & ProblemShape;
      const update = { learningRate: 0.1 / d, weightDecay: 1 };
      return expectDenseOracle(context, createProblem({ m, d, D, K, loss, steps: 2, seed: 61, update }));
    },
  });
}

export const denseCases: readonly Case[] = [
  ...subjects.flatMap((subject) => variants.map((variant) => denseCase(subject, variant))),
  ...blockSubjects.map(blockCase),
];
