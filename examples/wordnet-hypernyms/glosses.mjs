import { Dictionary, holdOutRows, selectRows, sparseFromRows, tokenize, Vocabulary } from "@widehead/data";
import { TfIdf } from "@widehead/network";
import { readSynsets } from "../wordnet/synsets.mjs";

/**
 * Noun synsets by the words of their definitions, in three parts: { input, targets, synsets } each, input in TF-IDF and
 * one target, the synset above. Words count where two definitions to learn from have them.
 */
export function readGlosses(folder, seed) {
  const synsets = readSynsets(folder, ["noun"]);
  const names = new Map(synsets.map(({ key, words }) => [key, words.join(", ")]));
  const examples = synsets.flatMap(({ words, gloss, links }) => {
    const above = links.find(({ relation }) => relation.endsWith("hypernym"))?.to;
    return above === undefined ? [] : [{ words, gloss, above, tokens: definitionOf(gloss) }];
  });
  const parts = threeParts(examples.length, seed);
  const vocabulary = Vocabulary.fromTokens(Array.from(parts.train, (row) => examples[row].tokens).flat());
  const labels = new Dictionary();
  const targets = sparseFromRows(examples.map(({ above }) => ({ ids: [labels.add(above)] })));
  const bags = sparseFromRows(
    examples.map(({ tokens }) => ({ ids: vocabulary.encode(tokens.filter((word) => vocabulary.has(word))) })),
    { columns: vocabulary.size, repeated: "sum" },
  );
  const weighting = new TfIdf(selectRows(bags, parts.train));
  const partOf = (rows) => ({
    bags: selectRows(bags, rows),
    input: weighting.apply(selectRows(bags, rows)),
    targets: selectRows(targets, rows),
    synsets: Array.from(rows, (row) => examples[row]),
  });
  const [train, validation, test] = [parts.train, parts.validation, parts.test].map(partOf);
  return { words: vocabulary.size, labels: labels.names.map((key) => names.get(key)), train, validation, test };
}

/** The words of a gloss to where its examples begin. */
function definitionOf(gloss) {
  return tokenize(gloss.split('; "')[0]).filter((token) => /^\p{L}/u.test(token));
}

/** Of rows in random order, a tenth to test on and a twentieth of the others to choose by. */
function threeParts(rows, seed) {
  const { train: others, heldOut: test } = holdOutRows(rows, { fraction: 0.1, seed });
  const { train, heldOut } = holdOutRows(others.length, { fraction: 0.05, seed });
  const numbersOf = (places) => places.map((place) => others[place]);
  return { train: numbersOf(train), validation: numbersOf(heldOut), test };
}
