import {
  briefSizes,
  cases,
  formatReport,
  longCasesFull,
  type MutantResult,
  type Report,
  runMutants,
  runReport,
} from "@widehead/conformance";
import type { BackendModule, BackendOptions, Dtype } from "@widehead/core";
import { backendModules, createBackend, findBackend } from "../backends.ts";
import type { Command, Outcome } from "../grammar/command.ts";
import { wrongValue } from "../grammar/kinds.ts";

const dtypes: readonly Dtype[] = ["float64", "float32"];

export const conform: Command<"backend" | "full", never, "dtype" | "threads" | "cases"> = {
  name: "conform",
  summary: "Hold a backend to the plain float64 gradient, on this machine",
  positionals: [],
  defaults: { backend: "auto", full: false },
  required: [],
  optional: ["dtype", "threads", "cases"],
  example: "--backend ml-matrix",
  notes: [
    "Once for each element type that the backend supports, or for --dtype; each skip has its reason. A whole run also tests the suite: every",
    "mutant, a known defect in the reference backend or in the layer, must be noticed by the case that it names.",
    "On a software emulation of a GPU runs take fewer steps. Exit code 1 if a case fails or a mutant survives.",
  ],

  async run({ values }, io): Promise<Outcome> {
    const all = values.full ? [...cases, ...longCasesFull] : cases;
    const selected = all.filter(({ id }) => id.startsWith(values.cases ?? ""));
    if (selected.length === 0) throw wrongValue("--cases", "the beginning of a case's id", values.cases!);
    const module = await moduleOf(values.backend);
    const probe = await module.probe();
    const brief = probe.available && probe.software ? { sizes: briefSizes } : {};
    const reports: Report[] = [];
    for (const dtype of values.dtype ? [values.dtype] : dtypes.filter((candidate) => module.supports[candidate])) {
      const options: BackendOptions = { dtype, ...(values.threads === undefined ? {} : { threads: values.threads }) };
      const onResult = ({ status, id }: Report["results"][number]) => io.stderr.write(`${status}  ${dtype}  ${id}\n`);
      reports.push(await runReport(module, { options, cases: selected, onResult, ...brief }));
    }
    const mutants = values.cases === undefined ? await runMutants() : [];
    const survivors = mutants.filter(({ killed }) => !killed);
    const failed = survivors.length > 0 || reports.some(({ status }) => status === "fail");
    return {
      data: { backend: module.name, status: failed ? "fail" : "pass", reports, mutants },
      text: [...reports.map(formatReport), ...(mutants.length > 0 ? [formatMutants(mutants)] : [])].join("\n\n"),
      exitCode: failed ? 1 : 0,
    };
  },
};

function formatMutants(mutants: readonly MutantResult[]): string {
  const survivors = mutants.filter(({ killed }) => !killed);
  const lines = survivors.map(({ id, title, killedBy }) => `survived  ${id}  ${title} (${killedBy} should notice)`);
  return [...lines, `mutants: ${mutants.length - survivors.length} of ${mutants.length} killed`].join("\n");
}

async function moduleOf(name: string): Promise<BackendModule> {
  if (name !== "auto") return findBackend(name);
  await using backend = await createBackend({ backend: name });
  return backendModules.find((module) => module.name === backend.name)!;
}
