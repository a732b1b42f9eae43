import type { BackendChoice } from "../../backends.ts";
import { columns, percent } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import { parseValue, type Values } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { openModel, type Question } from "../task.ts";
import { openHeldOut } from "../words/held-out.ts";
import { vocabularyOf } from "../words/vocabulary.ts";
import { heldOutPart, measureBaselines } from "./data.ts";
import { neighborCandidates } from "./defaults.ts";
import { measureHeldOut } from "./measure.ts";
import { restoreModel } from "./model.ts";
import { formatHeldOut } from "./report.ts";
import { neighborsOf, nextWords, promptTokens } from "./words.ts";

type Asked = BackendChoice & Pick<Values, "count"> & Partial<Values>;

export const evaluate: Question = {
  options: ["data", "seed"],
  notes: [
    "The text is the held-out part of what the model was trained on, or all of --data where that is another text.",
    "A text whose loss takes more than about 15 s is sampled; accuracy is of 5,000 positions.",
    "Without --seed both are sampled as at the end of the training run.",
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    using heldOut = await openHeldOut(run, values.data, io.directory);
    await using open = await openModel(restoreModel, run, values, io);
    const { source, tokens, vocabulary, text } = heldOut;
    const part = heldOutPart(tokens, vocabulary, open.model.options.context);
    const baselines = text && measureBaselines(text, part);
    const seed = values.seed ?? parseValue("seed", run.record.options.seed ?? "");
    const measured = await measureHeldOut(open.model, part.dataset, { seed, now: io.now });
    return {
      data: { directory: positionals[0], data: source, ...measured, baselines },
      text: formatHeldOut(measured, baselines).join("\n"),
    };
  },
};

export const predict: Question = {
  options: [],
  notes: ['TEXT, which goes on: predict runs/language-model "the state of the"'],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const prompt = positionals[1];
    if (prompt === undefined) throw wrongUse("predict", "DIR TEXT for a language model", "no text");
    await using open = await openModel(restoreModel, run, values, io);
    const vocabulary = vocabularyOf(run);
    const tokens = promptTokens(prompt);
    const unknown = tokens.filter((token) => !vocabulary.has(token));
    const predictions = await nextWords({ model: open.model, vocabulary }, tokens, values.count);
    if (unknown.length > 0) io.stderr.write(`Not in the vocabulary: ${unknown.join(", ")}\n`);
    return {
      data: { prompt, tokens, unknown, predictions },
      text: columns(
        predictions.map(({ word, probability, output }) => [
          word,
          probability === undefined ? output.toFixed(3) : percent(probability),
        ]),
      ).join("\n"),
    };
  },
};

export const neighbors: Question = {
  options: ["among"],
  notes: [
    `NAME is a word; its neighbours are sought among the ${neighborCandidates} most frequent unless --among says else.`,
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const word = positionals[1]!;
    await using open = await openModel(restoreModel, run, values, io);
    const speaker = { model: open.model, vocabulary: vocabularyOf(run) };
    const { count, among = neighborCandidates } = values;
    const nearest = await neighborsOf(speaker, word, { count, among });
    return {
      data: { word, neighbors: nearest },
      text: columns(nearest.map((other) => [other.word, other.similarity.toFixed(3)])).join("\n"),
    };
  },
};
