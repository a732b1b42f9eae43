import {
  type CurvatureOptions,
  createRandom,
  diagonal,
  type HostMatrix,
  hostMatrix,
  type PreconditionerFactory,
  type SphericalLoss,
  secondOrder,
} from "@widehead/core";
import type { Sizes } from "../case.ts";
import { curvature, diagonalInverse, fullInverse, type Preconditioning } from "../oracle/curvature.ts";
import type { Problem, ProblemShape } from "../oracle/problem.ts";
import { type StepSubject, variantProblem } from "./step-problems.ts";

/** A memory of 10 steps, and more than one full refresh period in a short run: at steps 1, 2, 4, 8, 14, 20, … */
const curvatureOptions: CurvatureOptions = { damping: 0.1, decay: 0.9, refreshEvery: 6, warmUp: 2 };

export const preconditionings: readonly ["fixed", "full", "diagonal"] = ["fixed", "full", "diagonal"];
export type PreconditioningName = (typeof preconditionings)[number];

export function createPreconditioning(name: PreconditioningName, features: number): Preconditioning {
  switch (name) {
    case "fixed":
      return fixedPreconditioning(features);
    case "full":
      return {
        factory: secondOrder(curvatureOptions),
        begin: () => curvature(curvatureOptions, fullInverse),
      };
    case "diagonal":
      return {
        factory: diagonal(curvatureOptions),
        begin: () => curvature(curvatureOptions, diagonalInverse),
      };
  }
}

/** A loss's problem with second-order steps, with what the sizes add: clipping and decay, or weights of the examples. */
export function secondOrderProblem(
  { loss, rate }: StepSubject<SphericalLoss>,
  name: PreconditioningName,
  sizes: Sizes,
): Problem {
  const { m, d, clipped, weighted } = sizes as Sizes & ProblemShape;
  const variant = clipped ? "clipping" : weighted ? "weights" : "plain";
  // losses that are not quadratic bend little at these sizes, and bear more
  const bending = loss.constantSlopes ? 1 : 10;
  // variantProblem divides by ‖h‖², where C has done so already: h·Ch is about d, and λ_max(ĤHᵀ)/m about 1 + d/m
  const scale = name === "fixed" ? 1 : (0.5 * (1 + 0.4 * d)) / (1 + d / m);
  const problem = variantProblem({ loss, rate: rate * bending * scale }, variant, sizes);
  return { ...problem, preconditioning: createPreconditioning(name, d) };
}

/** One C for all steps, near I and far from symmetric: it shows on which side it stands. */
function fixedPreconditioning(features: number): Preconditioning {
  const random = createRandom(17);
  const matrix = hostMatrix(features, features);
  for (let at = 0; at < features ** 2; at += 1) {
    const diagonalEntry = at % (features + 1) === 0 ? 1 : 0;
    // representable in float32, so that only the layer rounds
    matrix.data[at] = Math.fround(diagonalEntry + (0.5 * random.normal()) / Math.sqrt(features));
  }
  return { factory: fixedFactor(matrix), begin: () => () => matrix };
}

function fixedFactor(matrix: HostMatrix): PreconditionerFactory {
  return {
    name: "fixed",
    options: {},
    create(backend, features) {
      const factor = backend.allocate(features, features);
      backend.write(factor, matrix.data);
      return {
        async prepare(hidden, _meanSquare, out) {
          backend.gemm(hidden, factor, out);
        },
        commit() {},
        state: () => ({ facts: {}, matrices: {} }),
        async restore() {},
        [Symbol.dispose]: () => factor[Symbol.dispose](),
      };
    },
  };
}
