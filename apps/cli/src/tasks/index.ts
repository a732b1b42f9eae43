import { autoencoder } from "./autoencoder/index.ts";
import { embeddings } from "./embeddings/index.ts";
import { languageModel } from "./language-model/index.ts";
import { recommender } from "./recommender/index.ts";
import { tagger } from "./tagger/index.ts";
import type { Task } from "./task.ts";

/** Every kind of model that the command line trains: one entry, one folder. */
export const tasks: readonly Task[] = [languageModel, embeddings, recommender, tagger, autoencoder];
