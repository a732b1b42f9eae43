import type { SparseBatch, SparseModel } from "@widehead/network";
import { number, shellWord } from "../../format.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import type { TrainingTask } from "../../training/task.ts";
import { createModel, layersOf, restoreModel } from "../sparse/model.ts";
import { sparseCurve, sparsePlan, twiceAsLong, watchedRanking } from "../sparse/plan.ts";
import { itemsOf, type RecommenderData, readRecommenderData, validationRows } from "./data.ts";
import { defaults, firstDeviation, suited, users } from "./defaults.ts";
import { formatMeasured, measure } from "./measure.ts";
import { optional, type RecommenderSettings, type RecommenderValues, recommenderSettings } from "./settings.ts";

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
      "same format; without it a fifth of the pairs are held out. Features, rates, the weight of zeros and epochs are chosen",
      "by density unless told: dense data has a pair for a hundredth of all users and items. With --patience items of some",
      "users are kept aside: a run ends when NDCG@20 on them has not risen for so many epochs, and the best model is kept.",
      "A resumed run whose --data has new users or items grows the model.",
    ],
  },
  free: ["format", "test", "k"],
  settings: (values) => recommenderSettings(values as RecommenderValues),
  read: readRecommenderData,
  suited: ({ train }, given) => suited(train, given),
  describe: ({ users, items, train }) =>
    `${number(users.size)} users, ${number(items.size)} items, ${number(train.ids.length)} pairs to train on`,
  create(settings, { items: { size }, train }, backend, io) {
    const shape = { inputs: size, outputs: size, inputDeviation: firstDeviation, examples: { input: train } };
    return createModel(settings, shape, backend, io);
  },
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
  curve: ({ settings, model }) => sparseCurve(settings, model, watchedFigure),
  async report(session, io) {
    const { data, model, settings, folder } = session;
    const measured = await measure(model, data, settings.k);
    const place = shellWord(shownPath(folder, io));
    return {
      subject: `${number(data.users.size)} users and ${number(data.items.size)} items`,
      data: {
        users: data.users.size,
        items: data.items.size,
        shape: layersOf(settings),
        test: measured.model,
        baselines: measured.baselines,
      },
      lines: [...formatMeasured(measured, data), ""],
      next: [
        `predict ${place} --user ${shellWord(data.users.nameOf(0))}`,
        `predict ${place} --items ${shellWord(data.items.nameOf(0))}`,
        `${resumeCommand("recommender", session, io)} --epochs ${twiceAsLong(settings)}`,
      ],
    };
  },
};
