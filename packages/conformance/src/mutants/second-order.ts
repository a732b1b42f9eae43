import {
  type Backend,
  createPreconditioner,
  FactoredLayer,
  type Matrix,
  type Preconditioner,
  type PreconditionerFactory,
} from "@widehead/core";
import { defaultParts, type FactoredParts } from "@widehead/core/internals";
import type { CreateLayer, RestoreLayer } from "../case.ts";
import { replace } from "../replace.ts";
import { afterUpdate, type LayerMutant, type UpdateStep, withParts } from "./mutant.ts";

/** A layer with another preconditioner than it was given. */
function withFactory(change: (sound: PreconditionerFactory) => PreconditionerFactory): CreateLayer {
  return ({ preconditioner, ...options }) =>
    FactoredLayer.create({ ...options, ...(preconditioner && { preconditioner: change(preconditioner) }) });
}

/** A layer whose preconditioner differs in some of its calls. */
function withPreconditioner(
  change: (sound: Preconditioner, backend: Backend, features: number) => Partial<Preconditioner>,
): CreateLayer {
  return withFactory((factory) => ({
    ...factory,
    create(backend, features) {
      const sound = factory.create(backend, features);
      return replace(sound, change(sound, backend, features));
    },
  }));
}

/** A factory whose preconditioners multiply by transposes. */
function transposing(factory: PreconditionerFactory): PreconditionerFactory {
  return {
    ...factory,
    create(backend, features) {
      const gemm: Backend["gemm"] = (a, b, out, options) => backend.gemm(a, b, out, { ...options, transposeB: true });
      return factory.create(replace(backend, { gemm }), features);
    },
  };
}

/** A layer with other parameters of its preconditioner than it was given. */
function withCurvatureOptions(changes: Readonly<Record<string, number>>): CreateLayer {
  return withFactory(({ name, options }) => createPreconditioner(name, { ...options, ...changes }));
}

/** A part of the state that takes the step of plain gradient descent: H stands in place of Ĥ. */
function plain(part: "gram" | "offset" | "sum" | "transform"): CreateLayer {
  return withParts({
    update(input, pass, gradient, rates) {
      const { backend, buffers, spare } = input;
      defaultParts.update(input, { ...pass, direction: pass.hidden }, gradient, rates);
      const kept = buffers.get(`plain ${part}`, spare[part].rows, spare[part].columns);
      backend.combine(kept, [{ matrix: spare[part] }]);
      const candidate = defaultParts.update(input, pass, gradient, rates);
      backend.combine(spare[part], [{ matrix: kept }]);
      return candidate;
    },
  });
}

/** U⁻ᵀ ← U⁻ᵀ/c + (η/c)(diag(a)P)ᵀĤ. */
function updateInverseByDirection({ input, pass, gradient, rates }: UpdateStep): void {
  const { backend, buffers, state, spare } = input;
  const { learningRate, keep } = rates;
  const [m, d] = [pass.hidden.rows, pass.hidden.columns];
  const scaled = buffers.get("scaledDirections", m, d);
  backend.combine(scaled, [{ matrix: buffers.get("directions", m, d), scale: gradient.squaresSlopes }]);
  backend.combine(spare.inverse, [{ matrix: state.inverse, factor: 1 / keep }]);
  backend.gemm(scaled, pass.direction, spare.inverse, { transposeA: true, alpha: learningRate / keep, beta: 1 });
}

/** Σ M ∘ (ĤHᵀ) in place of Σ M ∘ (HHᵀ). */
const gradientNormByDirection: FactoredParts["gradientNorm"] = (input, pass, gradient, transposed) => {
  const { hidden, direction } = pass;
  const isInner = (a: Matrix, b: Matrix) => a === hidden && b === hidden;
  const backend = replace(input.backend, {
    gemm: (a, b, out, options) => input.backend.gemm(isInner(a, b) ? direction : a, b, out, options),
  });
  return defaultParts.gradientNorm({ ...input, backend }, pass, gradient, transposed);
};

type RefactoringArguments = Parameters<FactoredParts["refactoredRows"]>;

/** A layer that refactors with another right factor than Ĥ. */
function refactoringBy(
  rightFactor: (input: RefactoringArguments[0], pass: RefactoringArguments[1]) => Matrix,
): CreateLayer {
  return withParts({
    refactoredRows: (input, pass, candidate, rates) =>
      defaultParts.refactoredRows(input, { ...pass, direction: rightFactor(input, pass) }, candidate, rates),
  });
}

/** A layer whose preconditioner does not take up its state, where it is a built-in one. */
const restoreForgetfully: RestoreLayer = (snapshot, options) => {
  if (options.preconditioner !== undefined) return FactoredLayer.restore(snapshot, options);
  const { name, options: parameters } = snapshot.facts.preconditioner as unknown as PreconditionerFactory;
  const factory = createPreconditioner(name, parameters);
  const create = (backend: Backend, features: number) =>
    replace(factory.create(backend, features), { restore: async () => {} });
  return FactoredLayer.restore(snapshot, { ...options, preconditioner: { ...factory, create } });
};

export const secondOrderMutants: readonly LayerMutant[] = [
  {
    id: "preconditioner-on-wrong-side",
    title: "Ĥ is HCᵀ, not HC",
    killedBy: "second-order/squared/fixed",
    createLayer: withFactory(transposing),
  },
  {
    id: "preconditioned-refactored-by-solution",
    title: "When it refactors after a preconditioned step, the layer updates V with P in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: refactoringBy(({ buffers }, { hidden }) => buffers.get("directions", hidden.rows, hidden.columns)),
  },
  {
    id: "preconditioned-refactored-by-hidden",
    title: "When it refactors after a preconditioned step, the layer updates V with H in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: refactoringBy((_input, { hidden }) => hidden),
  },
  {
    id: "norm-by-direction",
    title: "The gradient's norm is taken from N = ĤHᵀ, not from HHᵀ",
    killedBy: "second-order/squared/fixed",
    createLayer: withParts({ gradientNorm: gradientNormByDirection }),
  },
  {
    id: "offset-not-preconditioned",
    title: "ω takes the step of H in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: plain("offset"),
  },
  {
    id: "sum-not-preconditioned",
    title: "w̄ takes the step of H in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: plain("sum"),
  },
  {
    id: "gram-not-preconditioned",
    title: "Q_c takes the step of H in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: plain("gram"),
  },
  {
    id: "transform-not-preconditioned",
    title: "U takes the step of H in place of Ĥ",
    killedBy: "second-order/squared/fixed",
    createLayer: plain("transform"),
  },
  {
    id: "inverse-by-direction",
    title: "U⁻ᵀ has the right factor Ĥ in place of H: the layer then refactors, which hides it from the numbers",
    killedBy: "second-order/conditioning",
    createLayer: afterUpdate(updateInverseByDirection),
  },
  {
    id: "batch-not-counted",
    title: "C has not learned from the batch whose step it turns",
    killedBy: "second-order/squared/full",
    createLayer: withPreconditioner((sound, backend) => ({
      async prepare(hidden, meanSquare, out) {
        const { facts, matrices } = sound.state();
        await sound.prepare(hidden, meanSquare, out);
        if (facts.steps !== 0) backend.gemm(hidden, matrices.inverse, out);
      },
    })),
  },
  {
    id: "damping-absolute",
    title: "Damping, and the first guess of the mean, are not relative to the mean of h²",
    killedBy: "second-order/squared/full",
    createLayer: withPreconditioner((sound, _backend, features) => ({
      prepare: (hidden, _meanSquare, out) => sound.prepare(hidden, features, out),
    })),
  },
  {
    id: "commit-forgotten",
    title: "What a batch says of h is forgotten after its step",
    killedBy: "second-order/squared/full",
    createLayer: withPreconditioner(() => ({ commit() {} })),
  },
  {
    id: "learned-at-discard",
    title: "The preconditioner learns from a batch before its step is taken, and whether or not it is",
    killedBy: "second-order/discard",
    createLayer: withPreconditioner((sound) => ({
      async prepare(hidden, meanSquare, out) {
        await sound.prepare(hidden, meanSquare, out);
        sound.commit();
      },
    })),
  },
  {
    id: "refreshed-each-step",
    title: "C is formed anew at each step",
    killedBy: "second-order/squared/full",
    createLayer: withCurvatureOptions({ refreshEvery: 1 }),
  },
  {
    id: "warm-up-forgotten",
    title: "The first guess does not count in the mean",
    killedBy: "second-order/squared/diagonal",
    createLayer: withCurvatureOptions({ warmUp: 0 }),
  },
  {
    id: "leverage-not-measured",
    title: "A step that makes a quadratic loss diverge is taken",
    killedBy: "second-order/leverage/refused",
    createLayer: withParts({
      update: (input, ...rest) => defaultParts.update({ ...input, measuresLeverage: false }, ...rest),
    }),
  },
  {
    id: "leverage-of-every-loss",
    title: "Losses that are not quadratic are held to the limit of those that are",
    killedBy: "second-order/leverage/not-refused",
    createLayer: withParts({
      update: (input, pass, ...rest) =>
        defaultParts.update({ ...input, measuresLeverage: pass.direction !== pass.hidden }, pass, ...rest),
    }),
  },
  {
    id: "curvature-not-restored",
    title: "A restored layer has learned nothing of h",
    killedBy: "second-order/snapshot/continue",
    restoreLayer: restoreForgetfully,
  },
];
