import { trainCommand } from "../../training/command.ts";
import type { Task } from "../task.ts";
import { evaluate, neighbors, predict } from "./questions.ts";
import { training } from "./train.ts";
import { openVectors } from "./vectors.ts";

export const embeddings: Task = {
  name: training.name,
  train: trainCommand(training),
  evaluate,
  predict,
  neighbors,
  openVectors,
};
