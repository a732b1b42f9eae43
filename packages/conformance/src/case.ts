import {
  type Backend,
  type BackendModule,
  type BackendOptions,
  type Capabilities,
  type ErrorCode,
  type FactoredOptions,
  type FactoredState,
  type OutputLayer,
  type Recomputed,
  type RestoreOptions,
  type Snapshot,
  WideheadError,
} from "@widehead/core";

/** The sizes that one run of a case has: `{ m: 3, d: 7 }`. */
export type Sizes = Readonly<Record<string, number>>;

/** How far a result may lie from the oracle, and why. */
export type Tolerance =
  | { readonly kind: "exact" }
  /** An a-priori bound, as a multiple of magnitudes that the case names in `statement`. */
  | { readonly kind: "bound"; value(sizes: Sizes, roundoff: number): number; readonly statement: string }
  /** Derived inside the case from how far the oracle itself moves under one round-off of its inputs, plus a floor. */
  | { readonly kind: "derived"; readonly statement: string };

/** A factored layer that the step cases can look into. */
export interface FactoredLayerLike extends OutputLayer {
  /** Host copies of U, U⁻ᵀ, Q_c, ω and w̄. */
  inspect(): Promise<FactoredState>;
  /** Q_c and w̄ anew from all rows. */
  recompute(): Promise<Recomputed>;
}

export type CreateLayer = (options: FactoredOptions) => Promise<FactoredLayerLike>;
export type RestoreLayer = (snapshot: Snapshot, options: RestoreOptions) => Promise<FactoredLayerLike>;

/** The two ways to a layer under test. */
export interface LayerMakers {
  /** Makes it on whatever backend the options name. */
  readonly createLayer: CreateLayer;
  readonly restoreLayer: RestoreLayer;
}

export type Numbers = ArrayLike<number>;

/** What a case gets: the subject, and ways to say what it saw. Each `expect…` throws a {@link CaseFailure}. */
export interface CaseContext extends LayerMakers {
  readonly module: BackendModule;
  /** Fresh for each case, wrapped in core's `checked`, disposed afterwards. */
  readonly backend: Backend;
  readonly options: BackendOptions;
  /** u of the backend. */
  readonly roundoff: number;
  /** The tolerance at these sizes: its value for a bound, 0 for exact, NaN (nothing passes) for derived. */
  readonly bound: number;
  /** observed ≤ allowed; the report keeps the worst observed / allowed. */
  expectWithin(label: string, observed: number, allowed: number): void;
  /** The same number or the same numbers; NaN equals NaN, and −0 equals 0. */
  expectExact(label: string, observed: number | Numbers, expected: number | Numbers): void;
  /** |observed − expected| ≤ allowed, entry by entry. */
  expectClose(label: string, observed: Numbers, expected: Numbers, allowed: number | Numbers): void;
  /** The call, or the promise it returns, fails with a WideheadError of this code. Returns the error, for its details. */
  expectCode(code: ErrorCode, call: () => unknown): Promise<WideheadError>;
}

/** One requirement on a backend, as data. */
export interface Case {
  /** A stable path: `kernel/gemm/transpose-a`. */
  readonly id: string;
  readonly title: string;
  /** What is done and what must hold. */
  readonly plan: string;
  /** The case is skipped, with the flag as reason, where one of these is false. */
  readonly needs: readonly (keyof Capabilities)[];
  readonly sizes: readonly Sizes[];
  readonly tolerance: Tolerance;
  /** Must leave as many buffers in `context.backend` as it found: the suite checks it. */
  run(context: CaseContext, sizes: Sizes): Promise<void>;
}

/** A requirement that was not met. */
export class CaseFailure extends Error {
  override readonly name = "CaseFailure";
}

/** The case itself; throws ERR_OPTION where its id is not a path or it has no sizes. */
export function defineCase(definition: Case): Case {
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)+$/.test(definition.id)) {
    throw new WideheadError(
      "ERR_OPTION",
      `defineCase: id must be a path of lower-case words like "kernel/gemm/plain", got "${definition.id}"`,
      { argument: "id", actual: definition.id },
    );
  }
  if (definition.sizes.length === 0) {
    throw new WideheadError("ERR_OPTION", `defineCase: sizes of "${definition.id}" must not be empty, got none`, {
      argument: "sizes",
      id: definition.id,
    });
  }
  return definition;
}

/** Every combination: `product({ m: [1, 2], d: [3] })` is `[{ m: 1, d: 3 }, { m: 2, d: 3 }]`. */
export function product(axes: Readonly<Record<string, readonly number[]>>): readonly Sizes[] {
  return Object.entries(axes).reduce<readonly Sizes[]>(
    (sizes, [name, values]) => sizes.flatMap((size) => values.map((value) => ({ ...size, [name]: value }))),
    [{}],
  );
}
