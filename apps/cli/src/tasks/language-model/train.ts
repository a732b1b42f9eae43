import type { Batch, LanguageModel } from "@widehead/network";
import { number } from "../../format.ts";
import { lossCurve } from "../../training/learning-curve.ts";
import { usualOptions } from "../../training/settings.ts";
import type { TrainingTask } from "../../training/task.ts";
import { type LanguageModelData, readText } from "./data.ts";
import { defaults, positions, validationEvery } from "./defaults.ts";
import { createModel, restoreModel } from "./model.ts";
import { reportOn } from "./report.ts";
import { type LanguageModelSettings, languageModelSettings } from "./settings.ts";

export const training: TrainingTask<LanguageModelSettings, LanguageModelData, LanguageModel, Batch> = {
  name: "language-model",
  command: {
    summary: "Train a neural language model, and show what it has learned",
    defaults,
    optional: usualOptions,
    example: "--data novel.txt --features 256 --minutes 10 --out runs/novel",
    notes: [
      "--data is sotu, the State of the Union addresses, or a UTF-8 text file. One hidden layer of --features units unless",
      "--hidden puts others before it. Without --steps, --epochs and --minutes a run takes a minute. Without --out it is",
      "saved in runs/language-model, or -2, -3, … if that is taken. Texts of more than 64 MiB stay on disk: they take 4 bytes",
      "a token in the folder for temporary files.",
    ],
  },
  settings: languageModelSettings,
  read: readText,
  describe: ({ vocabulary, size }) =>
    `${number(vocabulary.size)} words in the vocabulary; ${number(size)} positions to train on`,
  create: (settings, { vocabulary }, backend, io) => createModel(settings, vocabulary.size, backend, io),
  restore: restoreModel,
  plan({ data: { batches, validation }, settings: { batch, seed } }) {
    const { dataset } = validation;
    return {
      batches,
      validation: {
        every: validationEvery,
        batches: () => dataset.chunks(dataset.sample(positions.validation, seed), batch),
      },
    };
  },
  curve: ({ model }) => lossCurve(model.hasPerplexity),
  report: reportOn,
};
