import type { SparseBatch, SparseModel } from "@widehead/network";
import { number } from "../../format.ts";
import { lossCurve } from "../../training/learning-curve.ts";
import type { TrainingTask } from "../../training/task.ts";
import { createModel } from "../sparse/model.ts";
import { bagsOf, type EmbeddingsData, firstBatches, readEmbeddingsData } from "./data.ts";
import { defaults, firstDeviation, heldOutBatches, validationEvery } from "./defaults.ts";
import { reportOn } from "./report.ts";
import { type EmbeddingsSettings, type EmbeddingsValues, embeddingsSettings, optional } from "./settings.ts";
import { restoreModel } from "./vectors.ts";

export const training: TrainingTask<EmbeddingsSettings, EmbeddingsData, SparseModel, SparseBatch> = {
  name: "embeddings",
  command: {
    summary: "Train vectors of words, from the words around them",
    defaults,
    optional,
    example: "--data novel.txt --embedding 200 --out runs/words",
    notes: [
      "--data is sotu, the State of the Union addresses, or a UTF-8 text file. Texts of more than 64 MiB stay on disk: they",
      "take 4 bytes a token in the folder for temporary files. With --format lists it has a sequence of items a line, with",
      "--format table a user and an item, in the order of time. --predict context learns the words around a word, all at once;",
      "word learns a word from those around it. The loss is over all words, without sampling. --subsample is 1e-5 of a text,",
      "1e-3 of sequences, unless told. Nine tenths of the data are trained on, for 5 epochs unless told. Without --out a run is",
      "saved in runs/embeddings, or -2, -3, …",
    ],
  },
  settings: (values) => embeddingsSettings(values as EmbeddingsValues),
  read: readEmbeddingsData,
  describe: ({ vocabulary, train }) =>
    `${number(vocabulary.size)} words in the vocabulary; ${number(train.length)} tokens to train on`,
  create: (settings, { vocabulary: { size } }, backend, io) =>
    createModel(settings, { inputs: size, outputs: size, inputDeviation: firstDeviation }, backend, io),
  restore: restoreModel,
  plan: ({ data: { train, validation, vocabulary }, settings }) => ({
    batches: bagsOf(train, vocabulary, settings),
    validation: {
      every: validationEvery,
      batches: () => firstBatches(bagsOf(validation, vocabulary, settings), heldOutBatches.validation),
    },
  }),
  curve: ({ model }) => lossCurve(model.hasPerplexity),
  report: reportOn,
};
