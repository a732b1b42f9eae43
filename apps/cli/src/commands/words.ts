import { resolve } from "node:path";
import type { BackendChoice } from "../backends.ts";
import { loadBestRun } from "../checkpoint.ts";
import type { AnyCommand, Input, Outcome } from "../grammar/command.ts";
import type { OptionName, Values } from "../grammar/options.ts";
import { wrongUse } from "../grammar/parse.ts";
import type { Io } from "../io.ts";
import { tasks } from "../tasks/index.ts";
import type { WordVectors } from "../tasks/words/vectors.ts";

/** A command that asks something of the vectors of words in a folder, whichever kind of model they are of. */
export interface WordsOptions<D extends OptionName, R extends OptionName>
  extends Pick<AnyCommand, "name" | "summary" | "positionals" | "example" | "notes"> {
  readonly defaults?: Pick<Values, D>;
  readonly required?: readonly R[];
  readonly optional?: readonly OptionName[];
  answer(vectors: WordVectors, input: Input<Pick<Values, D | R> & Partial<Values>>, io: Io): Promise<Outcome>;
}

/** The command; its first positional is the folder. */
export function wordsCommand<D extends OptionName = never, R extends OptionName = never>(
  options: WordsOptions<D, R>,
): AnyCommand {
  const { answer, defaults, required = [], optional = [], ...rest } = options;
  const able = tasks.filter(({ openVectors }) => openVectors !== undefined);
  return {
    ...rest,
    defaults: { ...defaults, backend: "auto" },
    required,
    optional: [...optional, "dtype", "threads"],

    async run(input, io): Promise<Outcome> {
      const run = await loadBestRun(resolve(io.directory, input.positionals[0]!));
      const { task } = run.record;
      const open = able.find(({ name }) => name === task)?.openVectors;
      if (open === undefined) {
        throw wrongUse(rest.name, `a model of ${able.map(({ name }) => name).join(", ")}`, `one of ${task}`);
      }
      const { values } = input as Input<BackendChoice & Pick<Values, D | R> & Partial<Values>>;
      await using vectors = await open(run, values, io);
      return await answer(vectors, { ...input, values }, io);
    },
  };
}
