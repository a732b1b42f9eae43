import type { AnyCommand } from "../grammar/command.ts";
import { askCommand } from "./ask.ts";

export const neighbors: AnyCommand = askCommand({
  name: "neighbors",
  question: "neighbors",
  summary: "Show what is alike to a model: words, items, rows of its data",
  positionals: ["DIR", "NAME"],
  defaults: { count: 10 },
  example: "runs/language-model congress",
});
