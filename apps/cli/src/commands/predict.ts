import type { AnyCommand } from "../grammar/command.ts";
import { askCommand } from "./ask.ts";

export const predict: AnyCommand = askCommand({
  name: "predict",
  question: "predict",
  summary: "Show what a model expects: next words, items a user will like, tags of a text",
  positionals: ["DIR", "[TEXT]"],
  defaults: { count: 10 },
  example: 'runs/language-model "the state of the"',
});
