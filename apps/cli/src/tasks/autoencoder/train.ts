import { evaluateSplit, type SparseBatch, type SparseModel } from "@widehead/network";
import { columns, number, shellWord } from "../../format.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import type { TrainingTask } from "../../training/task.ts";
import { savedFeatures } from "../sparse/features.ts";
import { createModel, layersOf, restoreModel } from "../sparse/model.ts";
import { sparseCurve, sparsePlan, twiceAsLong } from "../sparse/plan.ts";
import { type AutoencoderData, readAutoencoderData } from "./data.ts";
import { defaults, firstDeviation, showcase, suited } from "./defaults.ts";
import { batchesOf, formatMeasured, measure } from "./measure.ts";
import { hiddenOf, neighborsOf } from "./neighbors.ts";
import { type AutoencoderSettings, type AutoencoderValues, autoencoderSettings, optional } from "./settings.ts";

const watchedFigure = "loss";

export const training: TrainingTask<AutoencoderSettings, AutoencoderData, SparseModel, SparseBatch> = {
  name: "autoencoder",
  command: {
    summary: "Train a model that says wide sparse rows in a few numbers, and finds rows that are alike",
    defaults,
    optional,
    example: "--data documents.txt --features 64 --out runs/documents",
    notes: [
      "--data is libsvm, whose labels do not matter, interactions as for a recommender, JSON lines or parquet with a field",
      "text, or a text file, whose documents become bags of words. Counts are weighted by tf-idf and scaled to length 1.",
      "Without --test a tenth of the rows are held out. Learning rate and epochs are chosen by the size of the data unless",
      "told. With --patience a twentieth more are kept aside: a run ends when the loss on them has not fallen for so many",
      "epochs, and the best model is kept.",
    ],
  },
  free: ["format", "test"],
  settings: (values) => autoencoderSettings(values as AutoencoderValues),
  read: readAutoencoderData,
  suited: ({ train }, given) => suited({ input: train }, given),
  describe: ({ features, train }) => `${number(train.rows)} rows to train on, ${number(features.count)} features`,
  create(settings, { features: { count }, train }, backend, io) {
    const shape = { inputs: count, outputs: count, inputDeviation: firstDeviation, examples: { input: train } };
    return createModel(settings, shape, backend, io);
  },
  restore(run, options) {
    const { count } = savedFeatures(run);
    return restoreModel(run, options, { inputs: count, outputs: count });
  },
  plan({ data: { train, validation }, model, settings }) {
    const measureNow = async () => (await evaluateSplit(model, batchesOf(validation))).loss;
    const watched = { figure: watchedFigure, measure: measureNow, better: "lower" } as const;
    return sparsePlan(train, train, settings, validation.rows > 0 ? watched : undefined);
  },
  curve: ({ settings, model }) => sparseCurve(settings, model, watchedFigure),
  async report(session, io) {
    const { data, model, settings, folder } = session;
    const measured = await measure(model, data);
    const vectors = await hiddenOf(model, data);
    const shown = Array.from({ length: Math.min(showcase.rows, data.rows.size) }, (_, row) => ({
      name: data.rows.nameOf(row),
      nearest: neighborsOf(vectors, data, row, showcase.neighbors),
    }));
    const place = shellWord(shownPath(folder, io));
    return {
      subject: `${number(data.all.rows)} rows of ${number(data.features.count)} features`,
      data: {
        rows: data.all.rows,
        features: data.features.count,
        weighting: data.features.weighting.name,
        shape: layersOf(settings),
        test: measured,
        neighbors: shown,
      },
      lines: [
        ...formatMeasured(measured),
        "",
        "Nearest rows",
        ...columns(shown.map(({ name, nearest }) => [name, nearest.map((other) => other.name).join(" · ")])),
        "",
      ],
      next: [
        `neighbors ${place} ${shellWord(data.rows.nameOf(0))}`,
        `${resumeCommand("autoencoder", session, io)} --epochs ${twiceAsLong(settings)}`,
      ],
    };
  },
};
