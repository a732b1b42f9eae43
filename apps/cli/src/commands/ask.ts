import { resolve } from "node:path";
import { loadBestRun } from "../checkpoint.ts";
import type { AnyCommand, Outcome } from "../grammar/command.ts";
import { flagOf, type OptionName, type Values } from "../grammar/options.ts";
import { wrongUse } from "../grammar/parse.ts";
import { tasks } from "../tasks/index.ts";
import type { Question } from "../tasks/task.ts";

/** A command that asks something of the model in a folder, which every kind of model answers in its own way. */
export interface AskOptions extends Pick<AnyCommand, "name" | "summary" | "positionals" | "example"> {
  readonly question: "evaluate" | "predict" | "neighbors";
  readonly defaults?: Partial<Values>;
}

const usual: readonly OptionName[] = ["dtype", "threads"];

/** The command, with the options and remarks of all tasks; one that the run's task does not take is an error. */
export function askCommand({ question, defaults = {}, ...rest }: AskOptions): AnyCommand {
  const asked = tasks.flatMap((task) => (task[question] === undefined ? [] : [[task.name, task[question]] as const]));
  const optional = new Set([...asked.flatMap(([, { options }]) => options), ...usual]);
  return {
    ...rest,
    defaults: { ...defaults, backend: "auto" },
    required: [],
    optional: [...optional],
    notes: asked.flatMap(([name, { notes }]) => ["", name, ...notes.map((note) => `  ${note}`)]),

    async run(input, io): Promise<Outcome> {
      const directory = input.positionals[0]!;
      const run = await loadBestRun(resolve(io.directory, directory));
      const { task } = run.record;
      const answering = asked.find(([name]) => name === task)?.[1];
      if (answering === undefined) {
        throw wrongUse(rest.name, `a model of ${asked.map(([name]) => name).join(", ")}`, `one of ${task}`);
      }
      checkTaken(task, answering, input.given, [...usual, ...(Object.keys(defaults) as OptionName[])]);
      return answering.answer(run, input, io);
    },
  };
}

function checkTaken(
  task: string,
  { options }: Question,
  given: Partial<Values>,
  usualHere: readonly OptionName[],
): void {
  const taken = new Set<OptionName>([...options, ...usualHere, "backend", "json", "help"]);
  const other = (Object.keys(given) as OptionName[]).find((name) => !taken.has(name));
  if (other === undefined) return;
  throw wrongUse(flagOf(other), `no such option for a ${task}`, "one");
}
