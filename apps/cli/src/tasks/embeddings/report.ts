import type { SparseModel } from "@widehead/network";
import { columns, number, shellWord } from "../../format.ts";
import type { Io } from "../../io.ts";
import { resumeCommand, shownPath } from "../../training/finish.ts";
import type { Session } from "../../training/session.ts";
import type { Report } from "../../training/task.ts";
import { type Neighbor, nearestWords, rowOf, usualCandidates, type WordVectors } from "../words/vectors.ts";
import { isWord, wordsOf } from "../words/vocabulary.ts";
import type { EmbeddingsData } from "./data.ts";
import { showcase } from "./defaults.ts";
import { formatHeldOut, measure } from "./measure.ts";
import type { EmbeddingsSettings } from "./settings.ts";
import { outputVectors } from "./vectors.ts";

interface Shown {
  readonly word: string;
  readonly nearest: readonly Neighbor[];
}

/** The loss on the held-out text, and which words the model finds alike. */
export async function reportOn(
  session: Session<EmbeddingsSettings, EmbeddingsData, SparseModel>,
  io: Io,
): Promise<Report> {
  const { model, settings, data, folder } = session;
  const { vocabulary } = data;
  const test = await measure(model, data.test, vocabulary, settings);
  const neighbors = await showcaseOf(session);
  const place = shellWord(shownPath(folder, io));
  const [a = "", b = "", c = ""] = neighbors.map(({ word }) => shellWord(word));
  return {
    subject: `${number(vocabulary.size)} words`,
    data: { vocabulary: vocabulary.size, shape: { embedding: settings.embedding }, test, neighbors },
    lines: [
      ...formatHeldOut(test),
      "",
      "Nearest neighbours",
      ...columns(neighbors.map(({ word, nearest }) => [word, nearest.map((other) => other.word).join(" · ")])),
      "",
    ],
    next: [
      `neighbors ${place} ${a}`,
      `analogies ${place} ${a} ${b} ${c}`,
      `export ${place} --out vectors.txt`,
      `${resumeCommand("embeddings", session, io)} --epochs 10`,
    ],
  };
}

async function showcaseOf({ model, data }: Session<EmbeddingsSettings, EmbeddingsData, SparseModel>): Promise<Shown[]> {
  const { vocabulary } = data;
  const vectors: WordVectors = {
    vocabulary,
    dimensions: model.head.features - 1,
    rows: (ids) => outputVectors(model, ids),
    async [Symbol.asyncDispose]() {},
  };
  const frequent = wordsOf(vocabulary).filter((_, id) => isWord(vocabulary, id));
  const words = [...new Set([...showcase.words.filter((word) => vocabulary.has(word)), ...frequent])].slice(0, 3);
  const shown: Shown[] = [];
  for (const word of words) {
    const id = vocabulary.idOf(word);
    const query = rowOf(await vectors.rows(Uint32Array.of(id)), 0);
    const options = { count: showcase.count, among: usualCandidates, without: [id] };
    shown.push({ word, nearest: await nearestWords(vectors, query, options) });
  }
  return shown;
}
