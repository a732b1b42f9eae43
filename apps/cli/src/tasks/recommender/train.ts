import type { SparseBatch, SparseModel } from "@widehead/network";
import { number, shellWord } from "../../format.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import { figureCurve } from "../../training/learning-curve.ts";
import type { TrainingTask } from "../../training/task.ts";
import { createModel, restoreModel } from "../sparse/model.ts";
import { sparsePlan, watchedRanking } from "../sparse/plan.ts";
import { itemsOf, type RecommenderData, readRecommenderData, validationRows } from "./data.ts";
import { defaults, firstDeviation, users } from "./defaults.ts";
import { formatMeasured, measure } from "./measure.ts";
import { optional, type RecommenderSettings, recommenderSettings } from "./settings.ts";

/** Where the figure that ends a run is cut. */
const watchedCut = 20;
const watchedFigure = `NDCG@${watchedCut}`;

export const training: TrainingTask<RecommenderSettings, RecommenderData, SparseModel, SparseBatch> = {
  name: "recommender",
  command: {
    summary: "Train a model that tells what users will like from what they have",
    defaults,
    optional,
    example: "--data ratings.csv --out runs/films",
    notes: [
      "--data is a table of user, item and perhaps weight, JSON lines or parquet with such fields, or one user a line as",
      "numbers of items. Weights are not used, but for --minimum-weight. --test has more items of the same users, in the",
      "same format; without it a fifth of the pairs are held out. A run ends after 20 epochs unless told, or when NDCG@20",
      "on items of some users has not risen for --patience epochs; the best model is kept.",
      "A resumed run whose --data has new users or items grows the model.",
    ],
  },
  free: ["format", "test", "k"],
  settings: recommenderSettings,
  read: readRecommenderData,
  describe: ({ users, items, train }) =>
    `${number(users.size)} users, ${number(items.size)} items, ${number(train.ids.length)} pairs to train on`,
  create: (settings, { items }, backend, io) =>
    createModel(settings, { inputs: items.size, outputs: items.size, inputDeviation: firstDeviation }, backend, io),
  restore(run, options) {
    const { size } = itemsOf(run);
    return restoreModel(run, options, { inputs: size, outputs: size });
  },
  async grow(model, { items }) {
    const count = items.size - model.head.outputs;
    if (count === 0) return undefined;
    await model.grow(count, { inputs: count });
    return `${number(count)} new items: the model has grown to ${number(items.size)}`;
  },
  plan({ data, model, settings }) {
    const judged = { ...validationRows(data, users.validation), excludeInput: true, most: users.validation };
    return sparsePlan(data.train, data.train, settings, watchedRanking(watchedFigure, watchedCut, model, judged));
  },
  curve: () => figureCurve(watchedFigure),
  async report(session, io) {
    const { data, model, settings, folder } = session;
    const { features, hidden } = settings;
    const measured = await measure(model, data, settings.k);
    const place = shellWord(shownPath(folder, io));
    return {
      subject: `${number(data.users.size)} users and ${number(data.items.size)} items`,
      data: {
        users: data.users.size,
        items: data.items.size,
        shape: { hidden: [...hidden, features], features: features + 1 },
        test: measured.model,
        baselines: measured.baselines,
      },
      lines: [...formatMeasured(measured, data), ""],
      next: [
        `predict ${place} --user ${shellWord(data.users.nameOf(0))}`,
        `predict ${place} --items ${shellWord(data.items.nameOf(0))}`,
        `${resumeCommand("recommender", session, io)} --epochs 40`,
      ],
    };
  },
};
