import { resolve } from "node:path";
import { neighborsOf } from "../ask.ts";
import { openModel } from "../checkpoint.ts";
import { neighborCandidates } from "../defaults.ts";
import { columns } from "../format.ts";
import type { Command, Outcome } from "../grammar/command.ts";

export const neighbors: Command<"count" | "among" | "backend", never, "dtype" | "threads"> = {
  name: "neighbors",
  summary: "Show the words that a model uses like another",
  positionals: ["DIR", "WORD"],
  defaults: { count: 10, among: neighborCandidates, backend: "auto" },
  required: [],
  optional: ["dtype", "threads"],
  example: "runs/language-model congress",

  async run({ positionals, values }, io): Promise<Outcome> {
    const [directory, word] = positionals as [string, string];
    await using open = await openModel(resolve(io.directory, directory), values, io);
    const nearest = await neighborsOf(open, word, values);
    return {
      data: { word, neighbors: nearest },
      text: columns(nearest.map((other) => [other.word, other.similarity.toFixed(3)])).join("\n"),
    };
  },
};
