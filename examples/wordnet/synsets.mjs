import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the symbols of pointers mean; those that are not here keep their symbol. */
const relations = {
  "!": "antonym",
  "@": "hypernym",
  "@i": "instance hypernym",
  "~": "hyponym",
  "~i": "instance hyponym",
  "#m": "member of",
  "#s": "substance of",
  "#p": "part of",
  "%m": "has member",
  "%s": "has substance",
  "%p": "has part",
  "=": "attribute",
  "+": "derivationally related",
  ";c": "topic",
  "-c": "topic of",
  ";r": "region",
  "-r": "region of",
  ";u": "usage",
  "-u": "usage of",
  "*": "entails",
  ">": "causes",
  "^": "see also",
  $: "verb group",
  "&": "similar to",
  "<": "participle of",
  "\\": "pertains to",
};

/**
 * The synsets in a folder of WordNet's own format: key, words, gloss, and links { relation, to } to other synsets' keys.
 * Links between single words count as links between their synsets.
 *
 * @param parts  of speech: noun, verb, adj, adv; a file that is not there holds none
 * @see wndb(5WN), https://wordnet.princeton.edu/documentation/wndb5wn
 */
export function readSynsets(folder, parts = ["noun", "verb", "adj", "adv"]) {
  return parts
    .map((part) => join(folder, `data.${part}`))
    .filter(existsSync)
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => /^\d/.test(line))
    .map(parseSynset);
}

/** `offset file type words(hex) {word id}… pointers {symbol offset part words}… | gloss`. */
function parseSynset(line) {
  const bar = line.indexOf("|");
  const fields = line.slice(0, bar).trim().split(" ");
  const wordsEnd = 4 + 2 * Number.parseInt(fields[3], 16);
  const words = fields.slice(4, wordsEnd).filter((_, i) => i % 2 === 0);
  const links = Array.from({ length: Number(fields[wordsEnd]) }, (_, i) => {
    const [symbol, offset, part] = fields.slice(wordsEnd + 1 + 4 * i);
    return { relation: relations[symbol] ?? symbol, to: keyOf(part, offset) };
  });
  return { key: keyOf(fields[2], fields[0]), words: words.map(plain), gloss: line.slice(bar + 1).trim(), links };
}

/** Offsets are those of a part of speech; satellite adjectives ("s") are in the file of adjectives. */
function keyOf(part, offset) {
  return `${part === "s" ? "a" : part}${offset}`;
}

/** Without the mark of where an adjective may stand. */
function plain(word) {
  return word.replace(/\([a-z]+\)$/, "").replaceAll("_", " ");
}
