import type { SparseBatch, SparseModel } from "@widehead/network";
import { number, shellWord } from "../../format.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import type { TrainingTask } from "../../training/task.ts";
import { savedFeatures } from "../sparse/features.ts";
import { createModel, layersOf, restoreModel } from "../sparse/model.ts";
import { sparseCurve, sparsePlan, twiceAsLong, watchedRanking } from "../sparse/plan.ts";
import { labelsOf, modelExamples, readTaggerData, type TaggerData, weighted } from "./data.ts";
import { defaults, firstDeviation, mostJudged, suited } from "./defaults.ts";
import { formatMeasured, measure } from "./measure.ts";
import { optional, type TaggerSettings, type TaggerValues, taggerSettings } from "./settings.ts";

/** Where the figure that ends a run is cut. */
const watchedCut = 5;
const watchedFigure = `NDCG@${watchedCut}`;

export const training: TrainingTask<TaggerSettings, TaggerData, SparseModel, SparseBatch> = {
  name: "tagger",
  command: {
    summary: "Train a model that gives texts, or rows of features, their tags",
    defaults,
    optional,
    example: "--data train.txt.gz --test test.txt.gz --out runs/tags",
    notes: [
      "--data is a multi-label libsvm file, label,label feature:value … a line, or JSON lines or parquet with the fields text",
      "and tags. Without --test a tenth of the rows are held out. Features, learning rate and epochs are chosen by the size",
      "of the data unless told. With --patience a tenth more are kept aside: a run ends when NDCG@5 on them has not risen for",
      "so many epochs, and the best model is kept.",
    ],
  },
  free: ["format", "test", "k"],
  settings: (values) => taggerSettings(values as TaggerValues),
  read: readTaggerData,
  suited: (data, given) => suited(modelExamples(data), given),
  describe: ({ features, labels, train }) =>
    `${number(train.features.rows)} rows to train on, ${number(features.count)} features, ${number(labels.size)} labels`,
  create: (settings, data, backend, io) =>
    createModel(
      settings,
      {
        inputs: data.features.count,
        outputs: data.labels.size,
        inputDeviation: firstDeviation,
        examples: modelExamples(data),
      },
      backend,
      io,
    ),
  restore: (run, options) =>
    restoreModel(run, options, { inputs: savedFeatures(run).count, outputs: labelsOf(run).size }),
  plan({ data, model, settings }) {
    const { validation, features } = data;
    const { input, targets } = modelExamples(data);
    const judged = {
      input: weighted(validation, features),
      relevant: validation.labels,
      excludeInput: false,
      most: mostJudged,
    };
    const watched = watchedRanking(watchedFigure, watchedCut, model, judged);
    return sparsePlan(input, targets, settings, watched);
  },
  curve: ({ settings, model }) => sparseCurve(settings, model, watchedFigure),
  async report(session, io) {
    const { data, model, settings, folder } = session;
    const measured = await measure(model, data, settings.k);
    const place = shellWord(shownPath(folder, io));
    return {
      subject: `${number(data.features.count)} features and ${number(data.labels.size)} labels`,
      data: {
        features: data.features.count,
        labels: data.labels.size,
        weighting: data.features.weighting.name,
        shape: layersOf(settings),
        test: measured.model,
        baselines: measured.baselines,
      },
      lines: [...formatMeasured(measured, data), ""],
      next: [
        `predict ${place} ${data.features.names === undefined ? "0:1" : shellWord(data.features.names.nameOf(0))}`,
        `${resumeCommand("tagger", session, io)} --epochs ${twiceAsLong(settings)}`,
      ],
    };
  },
};
