import { type Backend, type BackendModule, type BackendOptions, checked } from "@widehead/core";
import {
  type Case,
  type CaseContext,
  CaseFailure,
  defineCase,
  type LayerMakers,
  type Sizes,
  type Tolerance,
} from "./case.ts";
import { cases as allCases } from "./cases/index.ts";
import { describeError, Expectations } from "./expectations.ts";
import { factoredLayers } from "./layer.ts";
import { type CaseResult, makeReport, type Report } from "./report.ts";

/** With `createLayer` and `restoreLayer` another factored layer than core's own is judged. */
export interface RunOptions extends Partial<LayerMakers> {
  /** How the backend is made; for a backend with both types the suite is run once for each `dtype`. */
  readonly options?: BackendOptions;
  /** The sizes at which a case is run, its own unless told: {@link briefSizes} for slow devices. At least one, or ERR_OPTION. */
  readonly sizes?: (definition: Case) => readonly Sizes[];
}

export interface ReportOptions extends RunOptions {
  /** All of the suite unless told. */
  readonly cases?: readonly Case[];
  readonly onResult?: (result: CaseResult) => void;
}

/** Why the manifest of this backend lets it off this case, or undefined where it does not. */
export function skipReason(module: BackendModule, definition: Case): string | undefined {
  const missing = definition.needs.find((flag) => !module.supports[flag]);
  return missing === undefined ? undefined : `supports.${missing} is false`;
}

/** Runs a case at each of its sizes, on one fresh backend; stops at the first failure. */
export async function runCase(module: BackendModule, definition: Case, run: RunOptions = {}): Promise<CaseResult> {
  const { id, title } = definition;
  const reason = skipReason(module, definition);
  if (reason !== undefined) return { id, title, status: "skip", reason, milliseconds: 0 };

  const started = Date.now();
  const outcome = await attempt(module, definition, run);
  return { id, title, ...outcome, milliseconds: Date.now() - started };
}

/** Runs the suite on a backend, one case after the other. */
export async function runReport(module: BackendModule, options: ReportOptions = {}): Promise<Report> {
  const results: CaseResult[] = [];
  for (const definition of options.cases ?? allCases) {
    const result = await runCase(module, definition, options);
    results.push(result);
    options.onResult?.(result);
  }
  const backend = await module.create(options.options);
  try {
    const { kernel, numerics } = backend;
    return makeReport({ backend: module.name, kernel, dtype: numerics.dtype }, results);
  } finally {
    await backend[Symbol.asyncDispose]();
  }
}

type Outcome = Pick<CaseResult, "status" | "reason" | "sizes" | "worst">;

async function attempt(module: BackendModule, definition: Case, run: RunOptions): Promise<Outcome> {
  const expectations = new Expectations();
  let current: Sizes | undefined;
  let failure: Outcome | undefined;
  try {
    const backend = checked(await module.create(run.options));
    try {
      for (const sizes of sizesOf(definition, run)) {
        current = sizes;
        await attemptSizes(module, backend, definition, sizes, expectations, run);
      }
    } finally {
      await backend[Symbol.asyncDispose]();
    }
  } catch (error) {
    const reason = error instanceof CaseFailure ? error.message : describeError(error);
    failure = { status: "fail", reason, ...(current && { sizes: current }) };
  }
  return { ...(failure ?? { status: "pass" }), ...(expectations.worst && { worst: expectations.worst }) };
}

/** A case without sizes would pass without having run. */
function sizesOf(definition: Case, run: RunOptions): readonly Sizes[] {
  return defineCase({ ...definition, sizes: run.sizes?.(definition) ?? definition.sizes }).sizes;
}

async function attemptSizes(
  module: BackendModule,
  backend: Backend,
  definition: Case,
  sizes: Sizes,
  expectations: Expectations,
  run: RunOptions,
): Promise<void> {
  const { expectWithin, expectExact, expectClose, expectCode } = expectations;
  const { roundoff } = backend.numerics;
  const context: CaseContext = {
    module,
    backend,
    options: run.options ?? {},
    roundoff,
    bound: boundOf(definition.tolerance, sizes, roundoff),
    createLayer: run.createLayer ?? factoredLayers.createLayer,
    restoreLayer: run.restoreLayer ?? factoredLayers.restoreLayer,
    expectWithin,
    expectExact,
    expectClose,
    expectCode,
  };
  const before = backend.stats().buffers;
  expectations.begin(sizes);
  await definition.run(context, sizes);
  expectExact("buffers after − before", backend.stats().buffers - before, 0);
}

function boundOf(tolerance: Tolerance, sizes: Sizes, roundoff: number): number {
  if (tolerance.kind === "bound") return tolerance.value(sizes, roundoff);
  return tolerance.kind === "exact" ? 0 : Number.NaN;
}
