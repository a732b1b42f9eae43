import { resolve } from "node:path";
import { nextWords, promptTokens } from "../ask.ts";
import { openModel } from "../checkpoint.ts";
import { columns, percent } from "../format.ts";
import type { Command, Outcome } from "../grammar/command.ts";

export const predict: Command<"count" | "backend", never, "dtype" | "threads"> = {
  name: "predict",
  summary: "Show the most likely words after a text",
  positionals: ["DIR", "TEXT"],
  defaults: { count: 10, backend: "auto" },
  required: [],
  optional: ["dtype", "threads"],
  example: 'runs/language-model "the state of the"',

  async run({ positionals, values }, io): Promise<Outcome> {
    const [directory, prompt] = positionals as [string, string];
    await using open = await openModel(resolve(io.directory, directory), values, io);
    const tokens = promptTokens(prompt);
    const unknown = tokens.filter((token) => !open.vocabulary.has(token));
    const predictions = await nextWords(open, tokens, values.count);
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
