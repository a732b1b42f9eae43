import type { BackendChoice } from "../../backends.ts";
import { columns } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import type { Values } from "../../grammar/options.ts";
import { resumedSettings } from "../../training/settings.ts";
import { openModel, type Question } from "../task.ts";
import { openHeldOut } from "../words/held-out.ts";
import { nearestWords, rowOf, usualCandidates } from "../words/vectors.ts";
import { requireWordId } from "../words/vocabulary.ts";
import { formatHeldOut, measure } from "./measure.ts";
import type { EmbeddingsSettings } from "./settings.ts";
import { openVectors, restoreModel } from "./vectors.ts";

type Asked = BackendChoice & Pick<Values, "count"> & Partial<Values>;

export const evaluate: Question = {
  options: ["data"],
  notes: [
    "The loss on the held-out part of what the vectors were trained on, or on all of --data where that is another text;",
    "`evaluate similarity` asks whether they agree with people.",
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const settings = resumedSettings<EmbeddingsSettings>(run.record, {}, []);
    using heldOut = await openHeldOut(run, values.data, io.directory);
    await using open = await openModel(restoreModel, run, values, io);
    const measured = await measure(open.model, heldOut.tokens, heldOut.vocabulary, settings);
    return {
      data: { directory: positionals[0], data: heldOut.source, ...measured },
      text: formatHeldOut(measured).join("\n"),
    };
  },
};

export const neighbors: Question = {
  options: ["among"],
  notes: [
    `NAME is a word; its neighbours are sought among the ${usualCandidates} most frequent unless --among says else.`,
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const word = positionals[1]!;
    await using vectors = await openVectors(run, values, io);
    const id = requireWordId(vectors.vocabulary, "NAME", word);
    const query = rowOf(await vectors.rows(Uint32Array.of(id)), 0);
    const { count, among = usualCandidates } = values;
    const nearest = await nearestWords(vectors, query, { count, among, without: [id] });
    return {
      data: { word, neighbors: nearest },
      text: columns(nearest.map((other) => [other.word, other.similarity.toFixed(3)])).join("\n"),
    };
  },
};
