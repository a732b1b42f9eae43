import { createRandom } from "@widehead/core";
import { Dictionary, selectRows, sparseFromRows, tokenize, Vocabulary } from "@widehead/data";
import { readSynsets } from "../wordnet/synsets.mjs";

/** Of all pairs of linked synsets. */
const [testFraction, validationFraction] = [0.04, 0.01];

/**
 * WordNet's links as questions: which synsets have this relation to this synset? Inputs are synsets, relations, and the
 * words of synsets and their glosses. Each part holds { input, links, known }: `known` are the links of the other parts.
 */
export function readLinks(folder, seed) {
  const synsets = readSynsets(folder);
  const relations = new Dictionary();
  const questions = readQuestions(synsets, relations, createParts(createRandom(seed)));
  const { inputs, input } = inputOf(questions, synsets, relations);
  const linksOf = (...parts) =>
    sparseFromRows(
      questions.map((question) => ({ ids: parts.flatMap((part) => question[part]) })),
      { columns: synsets.length },
    );
  const part = (name, ...others) => {
    const links = linksOf(name);
    const rows = Uint32Array.from(questions.keys()).filter((row) => links.offsets[row] < links.offsets[row + 1]);
    const [asked, wanted, known] = [input, links, linksOf(...others)].map((matrix) => selectRows(matrix, rows));
    return { input: asked, links: wanted, known };
  };
  return {
    synsets: synsets.length,
    inputs,
    train: part("train"),
    validation: part("validation", "train"),
    test: part("test", "train", "validation"),
  };
}

/** Each synset with each of its relations, and the ids of the synsets that it leads to by part. */
function readQuestions(synsets, relations, partOf) {
  const ids = new Map(synsets.map(({ key }, id) => [key, id]));
  return synsets.flatMap(({ links }, from) => {
    const linked = new Map();
    for (const { relation, to } of links) {
      if (ids.get(to) !== from) linked.set(relation, (linked.get(relation) ?? new Set()).add(ids.get(to)));
    }
    return Array.from(linked, ([relation, answers]) => {
      const parts = { train: [], validation: [], test: [] };
      for (const to of answers) parts[partOf(from, to)].push(to);
      return { from, relation: relations.add(relation), ...parts };
    });
  });
}

function inputOf(questions, synsets, relations) {
  const texts = synsets.map(({ words, gloss }) => wordsOf(`${words.join(" ")} ${gloss}`));
  const vocabulary = Vocabulary.fromTokens(texts.flat());
  const firstWord = synsets.length + relations.size;
  const inputs = firstWord + vocabulary.size;
  const rows = questions.map(({ from, relation }) => {
    const words = texts[from].filter((word) => vocabulary.has(word)).map((word) => firstWord + vocabulary.idOf(word));
    return { ids: [from, synsets.length + relation, ...words] };
  });
  return { inputs, input: sparseFromRows(rows, { columns: inputs }) };
}

/** The different words of a text. */
function wordsOf(text) {
  return [...new Set(tokenize(text).filter((token) => /^\p{L}/u.test(token)))];
}

/**
 * The part of a pair of synsets, drawn when it is first asked for. Most links are there in both directions (hypernym and
 * hyponym, part and whole), and one gives away the other: all links between two synsets are in one part.
 */
function createParts(random) {
  const parts = new Map();
  return (a, b) => {
    const pair = `${Math.min(a, b)} ${Math.max(a, b)}`;
    if (!parts.has(pair)) {
      const place = random.uniform();
      const heldOut = place < testFraction ? "test" : "validation";
      parts.set(pair, place < testFraction + validationFraction ? heldOut : "train");
    }
    return parts.get(pair);
  };
}
