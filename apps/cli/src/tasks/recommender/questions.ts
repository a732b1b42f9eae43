import { type SparseMatrix, selectRows, sparseFromRows } from "@widehead/data";
import type { BackendChoice } from "../../backends.ts";
import type { SavedRun } from "../../checkpoint.ts";
import { columns } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import type { Values } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import type { Io } from "../../io.ts";
import { resumedSettings } from "../../training/settings.ts";
import { knownId } from "../sparse/names.ts";
import { openModel, type Question } from "../task.ts";
import { told } from "../told.ts";
import { itemsOf, type RecommenderData, readRecommenderData } from "./data.ts";
import { formatMeasured, measure } from "./measure.ts";
import type { RecommenderSettings } from "./settings.ts";
import { training } from "./train.ts";

type Asked = BackendChoice & Pick<Values, "count"> & Partial<Values>;

export const evaluate: Question = {
  options: ["data", "test", "format", "k"],
  notes: ["Recall, NDCG and MAP of held-out items, or of those in --test, beside item neighbours and popularity."],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const { data, settings } = await dataOf(run, values, io);
    await using open = await openModel(training.restore, run, values, io);
    await training.grow!(open.model, data);
    const measured = await measure(open.model, data, settings.k);
    const { model, baselines } = measured;
    return {
      data: { directory: positionals[0], data: data.source, ...model, baselines },
      text: formatMeasured(measured, data).join("\n"),
    };
  },
};

export const predict: Question = {
  options: ["user", "items", "data", "format"],
  notes: ["--user NAME, one of the data, or --items NAME,NAME that somebody has: the items to add to them."],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    if (positionals[1] !== undefined)
      throw wrongUse("predict", "DIR with --user or --items", JSON.stringify(positionals[1]));
    const { input, items } = await questionOf(run, values, io);
    await using open = await openModel(training.restore, run, values, io);
    const top = await open.model.predict(input, values.count, { exclude: input });
    const predictions = [...top.ids]
      .map((id, i) => ({ id, output: top.outputs[i]! }))
      .filter(({ output }) => output > -Infinity)
      .map(({ id, output }) => ({ item: items.nameOf(id), output }));
    const { user } = values;
    return {
      data: { user, items: [...input.ids].map((id) => items.nameOf(id)), predictions },
      text: columns(predictions.map(({ item, output }) => [item, output.toFixed(3)])).join("\n"),
    };
  },
};

/** One row of what somebody has. */
async function questionOf(run: SavedRun, values: Asked, io: Io) {
  const { user, items: had } = values;
  if ((user === undefined) === (had === undefined)) {
    throw wrongUse("predict", "either --user or --items for a recommender", user === undefined ? "neither" : "both");
  }
  const items = itemsOf(run);
  if (had !== undefined) {
    const ids = new Set(had.map((name) => knownId("--items", "items", name, items)));
    return { items, input: sparseFromRows([{ ids: [...ids] }], { columns: items.size }) };
  }
  const { data } = await dataOf(run, values, io);
  const row = selectRows(data.seen, [knownId("--user", "users", user!, data.users)]);
  return { items, input: knownOnly(row, items.size) };
}

/** Items that have come since the model was trained say nothing to it. */
function knownOnly({ ids }: SparseMatrix, columns: number): SparseMatrix {
  return sparseFromRows([{ ids: ids.filter((id) => id < columns) }], { columns });
}

/** The run's data, or what the user says instead. */
async function dataOf(
  run: SavedRun,
  values: Asked,
  io: Io,
): Promise<{ readonly data: RecommenderData; readonly settings: RecommenderSettings }> {
  const settings = resumedSettings<RecommenderSettings>(run.record, told(values, evaluate.options), training.free!);
  return { data: await readRecommenderData(settings, io, run), settings };
}
