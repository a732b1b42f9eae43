import type { BackendModule, Dtype } from "@widehead/core";
import { cases } from "../cases/index.ts";
import { referenceModule } from "../reference/index.ts";
import { type RunOptions, runCase } from "../run.ts";
import { type KernelMutant, kernelMutants, mutated } from "./kernels.ts";
import { layerMutants } from "./layer.ts";
import type { LayerMutant } from "./mutant.ts";

/** How far beyond its tolerance a mutant must lie. */
const leastRatio = 10;

/** Whether the suite noticed a mutant. */
export interface MutantResult {
  readonly id: string;
  readonly title: string;
  readonly killedBy: string;
  /** The case failed: on a requirement without a tolerance, or ten times beyond its tolerance. */
  readonly killed: boolean;
  /** observed / allowed, where the case failed on a tolerance; the largest number where nothing is allowed. */
  readonly ratio?: number;
  /** What the case said. */
  readonly reason?: string;
}

export interface MutantOptions {
  /** Type in which layer mutants run, float64 unless told. Kernel mutants run in float64, where no defect is round-off. */
  readonly dtype?: Dtype;
  /** Kernel mutants, layer mutants, or both unless told. */
  readonly kind?: "kernel" | "layer";
  readonly onResult?: (result: MutantResult) => void;
}

interface Subject {
  readonly mutant: KernelMutant | LayerMutant;
  readonly module: BackendModule;
  readonly run?: RunOptions;
}

/** Runs every mutant on the reference backend against the case that must kill it. */
export async function runMutants(options: MutantOptions = {}): Promise<MutantResult[]> {
  const { dtype = "float64", kind } = options;
  const subjects: Subject[] = [];
  if (kind !== "layer") {
    for (const mutant of kernelMutants) subjects.push({ mutant, module: mutated(referenceModule, mutant) });
  }
  if (kind !== "kernel") {
    for (const mutant of layerMutants)
      subjects.push({ mutant, module: referenceModule, run: { ...mutant, options: { dtype } } });
  }
  const results: MutantResult[] = [];
  for (const { mutant, module, run } of subjects) {
    const { id, title, killedBy } = mutant;
    const killer = cases.find((definition) => definition.id === killedBy)!;
    const { status, reason, worst } = await runCase(module, killer, run);
    const ratio = worst !== undefined && worst.ratio > 1 ? worst.ratio : undefined;
    const killed = status === "fail" && (ratio === undefined || ratio >= leastRatio);
    const result = { id, title, killedBy, killed, ...(ratio && { ratio }), ...(reason && { reason }) };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}
