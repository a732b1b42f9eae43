import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import type { BackendModule } from "@widehead/core";
import { backendModules } from "../backends.ts";
import { columns, number } from "../format.ts";
import type { Command, Outcome } from "../grammar/command.ts";

export const doctor: Command<never, never, never> = {
  name: "doctor",
  summary: "Show this machine, and which backends can run on it",
  positionals: [],
  defaults: {},
  required: [],
  optional: [],
  example: "--json",

  async run(_, io): Promise<Outcome> {
    const machine = {
      node: process.version,
      system: `${platform()} ${arch()}`,
      processor: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      availableMemoryBytes: io.memoryLimit(),
    };
    const backends = await Promise.all(backendModules.map(examine));
    const automatic = backends.find(({ available, software }) => available && !software)?.name;
    return {
      data: { ...machine, backends, automatic },
      text: [
        ...columns([
          ["Node", `${machine.node} on ${machine.system}`],
          ["Processor", `${machine.processor}, ${machine.cores} cores`],
          ["Memory", `${gibibytes(machine.memoryBytes)}, ${gibibytes(machine.availableMemoryBytes)} available`],
        ]),
        "",
        "Backends, in the order of --backend auto",
        ...columns(backends.flatMap(describe)),
      ].join("\n"),
    };
  },
};

type Examined = Awaited<ReturnType<typeof examine>>;

async function examine({ name, supports, probe }: BackendModule) {
  return { name, supports, software: false, ...(await probe()) };
}

/** One line for the backend, and one for each detail. */
function describe(backend: Examined): [string, string][] {
  if (!backend.available) return [[backend.name, `not available: ${backend.reason}`]];
  const flags = Object.entries(backend.supports).flatMap(([flag, supported]) => (supported ? [flag] : []));
  const emulated = backend.software ? ", a software emulation that auto leaves out" : "";
  const details = Object.entries(backend.details ?? {}).map(([name, value]): [string, string] => [
    "",
    `${name}: ${typeof value === "number" ? number(value) : value}`,
  ]);
  return [[backend.name, `${backend.kernel} (${flags.join(", ")})${emulated}`], ...details];
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
