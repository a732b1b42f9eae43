import { trainCommand } from "../../training/command.ts";
import type { Task } from "../task.ts";
import { evaluate, neighbors } from "./questions.ts";
import { training } from "./train.ts";

export const autoencoder: Task = { name: training.name, train: trainCommand(training), evaluate, neighbors };
