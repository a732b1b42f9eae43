import type { BackendChoice } from "../../backends.ts";
import type { SavedRun } from "../../checkpoint.ts";
import { columns } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import type { Values } from "../../grammar/options.ts";
import type { Io } from "../../io.ts";
import { resumedSettings } from "../../training/settings.ts";
import { knownId } from "../sparse/names.ts";
import { openModel, type Question } from "../task.ts";
import { told } from "../told.ts";
import { readAutoencoderData } from "./data.ts";
import { formatMeasured, measure } from "./measure.ts";
import { hiddenOf, neighborsOf } from "./neighbors.ts";
import type { AutoencoderSettings } from "./settings.ts";
import { training } from "./train.ts";

type Asked = BackendChoice & Pick<Values, "count"> & Partial<Values>;

export const evaluate: Question = {
  options: ["data", "test", "format"],
  notes: ["The loss on held-out rows, or on those in --test; of squared error beside that of the mean row."],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const data = await dataOf(run, values, io);
    await using open = await openModel(training.restore, run, values, io);
    const measured = await measure(open.model, data);
    return {
      data: { directory: positionals[0], data: data.source, ...measured },
      text: formatMeasured(measured).join("\n"),
    };
  },
};

export const neighbors: Question = {
  options: ["data", "format"],
  notes: ["NAME is a row of the data: a user, a document, or the number of a row, from 0. Cosines of hidden vectors."],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const name = positionals[1]!;
    const data = await dataOf(run, values, io);
    const row = knownId("NAME", "rows", name, data.rows);
    await using open = await openModel(training.restore, run, values, io);
    const nearest = neighborsOf(await hiddenOf(open.model, data), data, row, values.count);
    return {
      data: { row: name, neighbors: nearest },
      text: columns(nearest.map((other) => [other.name, other.similarity.toFixed(3)])).join("\n"),
    };
  },
};

/** The run's data, or the same in another place. */
function dataOf(run: SavedRun, values: Asked, io: Io) {
  const settings = resumedSettings<AutoencoderSettings>(run.record, told(values, evaluate.options), training.free!);
  return readAutoencoderData(settings, io, run);
}
