import { resolve } from "node:path";
import { openModel, type SavedRun } from "../checkpoint.ts";
import { encodeDocuments, readCorpus } from "../corpus.ts";
import type { Command, Outcome } from "../grammar/command.ts";
import { parseValue } from "../grammar/options.ts";
import { measureHeldOut } from "../measure.ts";
import { formatHeldOut } from "../training/report.ts";
import { type Baselines, encodeSplit, measureBaselines } from "../training/text.ts";

/** What a model is measured on. */
interface Subject {
  readonly dataset: ReturnType<typeof encodeDocuments>["dataset"];
  readonly baselines: Baselines | undefined;
}

export const evaluate: Command<"backend", never, "data" | "seed" | "dtype" | "threads"> = {
  name: "evaluate",
  summary: "Measure a model on text that it has not seen",
  positionals: ["DIR"],
  defaults: { backend: "auto" },
  required: [],
  optional: ["data", "seed", "dtype", "threads"],
  example: "runs/language-model --data other.txt",
  notes: [
    "The text is the held-out part of what the model was trained on, or all of --data where that is another text.",
    "A text whose loss takes more than about 15 s is sampled; accuracy is of 5,000 positions.",
    "Without --seed both are sampled as at the end of the training run.",
  ],

  async run({ positionals, values }, io): Promise<Outcome> {
    const directory = positionals[0]!;
    await using open = await openModel(resolve(io.directory, directory), values, io);
    const corpus = await readCorpus(values.data ?? open.record.data.source, io.directory);
    const { dataset, baselines } = subjectOf(corpus, open, open.model.options.context);
    const seed = values.seed ?? parseValue("seed", open.record.options.seed ?? "");
    const heldOut = await measureHeldOut(open.model, dataset, { seed, now: io.now });
    return {
      data: { directory, data: corpus.source, ...heldOut, baselines },
      text: formatHeldOut(heldOut, baselines).join("\n"),
    };
  },
};

/** The test part of the text that a run was trained on; all of another, which needs no split. */
function subjectOf(
  { documents, fingerprint }: Awaited<ReturnType<typeof readCorpus>>,
  { record, vocabulary }: SavedRun,
  context: number,
): Subject {
  if (fingerprint !== record.data.fingerprint) {
    return { dataset: encodeDocuments(documents, vocabulary, context).dataset, baselines: undefined };
  }
  const split = encodeSplit(documents, vocabulary, context);
  return { dataset: split.test.dataset, baselines: measureBaselines(split) };
}
