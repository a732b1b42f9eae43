export * from "./case.ts";
export { cases } from "./cases/index.ts";
export { type KernelMutant, kernelMutants, mutated } from "./mutants-kernels.ts";
export { referenceModule } from "./reference/index.ts";
export { type CaseResult, formatReport, type Report, type Status } from "./report.ts";
export { type ReportOptions, type RunOptions, runCase, runReport } from "./run.ts";
