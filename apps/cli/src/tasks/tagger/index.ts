import { trainCommand } from "../../training/command.ts";
import type { Task } from "../task.ts";
import { evaluate, predict } from "./questions.ts";
import { training } from "./train.ts";

export const tagger: Task = { name: training.name, train: trainCommand(training), evaluate, predict };
