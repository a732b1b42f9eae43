import { cases, formatReport, type Report, runReport } from "@widehead/conformance";
import type { BackendModule, BackendOptions, Dtype } from "@widehead/core";
import { backendModules, createBackend, findBackend } from "../backends.ts";
import type { Command, Outcome } from "../grammar/command.ts";
import { wrongValue } from "../grammar/kinds.ts";

const dtypes: readonly Dtype[] = ["float64", "float32"];

export const conform: Command<"backend", never, "threads" | "cases"> = {
  name: "conform",
  summary: "Hold a backend to the plain float64 gradient, on this machine",
  positionals: [],
  defaults: { backend: "auto" },
  required: [],
  optional: ["threads", "cases"],
  example: "--backend ml-matrix",
  notes: [
    "Once for each element type that the backend supports. Exit code 1 if a case fails; each skip has its reason.",
  ],

  async run({ values }, io): Promise<Outcome> {
    const selected = cases.filter(({ id }) => id.startsWith(values.cases ?? ""));
    if (selected.length === 0) throw wrongValue("--cases", "the beginning of a case's id", values.cases!);
    const module = await moduleOf(values.backend);
    const reports: Report[] = [];
    for (const dtype of dtypes.filter((candidate) => module.supports[candidate])) {
      const options: BackendOptions = { dtype, ...(values.threads === undefined ? {} : { threads: values.threads }) };
      const onResult = ({ status, id }: Report["results"][number]) => io.stderr.write(`${status}  ${dtype}  ${id}\n`);
      reports.push(await runReport(module, { options, cases: selected, onResult }));
    }
    const failed = reports.some(({ status }) => status === "fail");
    return {
      data: { backend: module.name, status: failed ? "fail" : "pass", reports },
      text: reports.map(formatReport).join("\n\n"),
      exitCode: failed ? 1 : 0,
    };
  },
};

async function moduleOf(name: string): Promise<BackendModule> {
  if (name !== "auto") return findBackend(name);
  await using backend = await createBackend({ backend: name });
  return backendModules.find((module) => module.name === backend.name)!;
}
