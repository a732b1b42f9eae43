import type { AnyCommand } from "../grammar/command.ts";
import { askCommand } from "./ask.ts";

export const evaluate: AnyCommand = askCommand({
  name: "evaluate",
  question: "evaluate",
  summary: "Measure a model on data that it has not seen",
  positionals: ["DIR"],
  example: "runs/language-model --data other.txt",
});
