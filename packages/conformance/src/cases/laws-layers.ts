import { DenseLayer, hostMatrix, taylorSoftmax } from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { allowanceStatement, allowances, observations, oracleRun, outputObservations } from "../oracle/observations.ts";
import { createProblem } from "../oracle/problem.ts";
import { sphericalSubjects, variantProblem, variants } from "./step-problems.ts";
import { continued, expectObservations, startLayer, trainLayer, trainOutputs } from "./step-subject.ts";

const derived = { kind: "derived", statement: allowanceStatement } as const;

export const layerLawCases: readonly Case[] = [
  defineCase({
    id: "laws/factored-equals-dense",
    title: "A factored layer and a dense layer of the same seed learn the same.",
    plan: "Both start from the same random rows; after 10 steps of each loss and variant their losses, gradients and W agree within the derived tolerance.",
    needs: [],
    sizes: [{ m: 5, d: 7, D: 40, K: 3, steps: 10 }],
    tolerance: derived,
    async run(context, sizes) {
      const { backend } = context;
      for (const subject of sphericalSubjects) {
        for (const variant of variants) {
          const problem = variantProblem(subject, variant, sizes);
          const { loss, offset } = problem;
          const initial = { deviation: 0.2, seed: 9, offset };
          const options = { backend, loss, outputs: sizes.D, features: sizes.d, initial };
          await using factored = await context.createLayer(options);
          await using dense = await DenseLayer.create(options);
          const started = await continued(dense, problem);
          const allowed = allowances(started, oracleRun(started), context.roundoff, outputObservations);
          const expected = await trainOutputs(dense, problem);
          const observed = await trainOutputs(factored, problem);
          expectObservations(context, observed, expected, allowed, `${loss.name}, ${variant}`);
        }
      }
    },
  }),
  defineCase({
    id: "laws/grow-equals-from-start",
    title: "A layer that grew equals one that had the outputs from the start.",
    plan: "5 outputs added before training, with targets among them: losses, gradients, W, Q_c and w̄ of a run with refactorings equal those of a layer made with them.",
    needs: [],
    sizes: [{ m: 4, d: 7, D: 30, added: 5 }],
    tolerance: derived,
    async run(context, { m, d, D, added }) {
      const options = { m, d, D: D + added, K: 6, loss: taylorSoftmax(), steps: 10, seed: 35 };
      const whole = createProblem({ ...options, update: { learningRate: 0.1 } });
      whole.weights.data.fill(0, D * d);
      const part = { ...whole, weights: hostMatrix(D, d, whole.weights.data.slice(0, D * d)) };
      await using expected = await startLayer(context, whole, { conditionLimit: 0 });
      await using layer = await startLayer(context, part, { conditionLimit: 0 });
      await layer.grow(added);
      const allowed = allowances(whole, oracleRun(whole), context.roundoff, observations);
      expectObservations(context, await trainLayer(layer, whole), await trainLayer(expected, whole), allowed);
    },
  }),
];
