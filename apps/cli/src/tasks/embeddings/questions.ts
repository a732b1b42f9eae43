import { sparseFromRows } from "@widehead/data";
import type { BackendChoice } from "../../backends.ts";
import { columns } from "../../format.ts";
import type { Input, Outcome } from "../../grammar/command.ts";
import type { Values } from "../../grammar/options.ts";
import { wrongUse } from "../../grammar/parse.ts";
import { resumedSettings } from "../../training/settings.ts";
import { openModel, type Question } from "../task.ts";
import { openHeldOut } from "../words/held-out.ts";
import { nearestWords, rowOf, usualCandidates } from "../words/vectors.ts";
import { idOfWord, requireWordId, specialIds, vocabularyOf } from "../words/vocabulary.ts";
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

export const predict: Question = {
  options: [],
  notes: [
    "TEXT is one or more words: what comes around them with --predict context, the word among them with --predict word.",
  ],

  async answer(run, { positionals, values }: Input<Asked>, io): Promise<Outcome> {
    const text = positionals[1];
    if (text === undefined) throw wrongUse("predict", "DIR TEXT for embeddings", "no text");
    const vocabulary = vocabularyOf(run);
    const words = text.split(/\s+/).filter((word) => word !== "");
    const known = words.map((word) => idOfWord(vocabulary, word)).filter((id) => id !== undefined);
    // One that is all unknown says which words are alike.
    if (known.length === 0) requireWordId(vocabulary, "TEXT", words[0] ?? "");
    const unknown = words.filter((word) => idOfWord(vocabulary, word) === undefined);
    await using open = await openModel(restoreModel, run, values, io);
    const input = sparseFromRows([{ ids: known }], { columns: vocabulary.size, repeated: "sum" });
    const asked = sparseFromRows([{ ids: [...new Set(known), ...specialIds(vocabulary)] }], {
      columns: vocabulary.size,
    });
    const top = await open.model.predict(input, values.count, { exclude: asked });
    const predictions = [...top.ids].flatMap((id, i) =>
      top.outputs[i]! > -Infinity ? [{ word: vocabulary.wordOf(id), output: top.outputs[i]! }] : [],
    );
    if (unknown.length > 0) io.stderr.write(`Not in the vocabulary: ${unknown.join(", ")}\n`);
    return {
      data: { words, unknown, predictions },
      text: columns(predictions.map(({ word, output }) => [word, output.toFixed(3)])).join("\n"),
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
