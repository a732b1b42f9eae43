/** The token that ends every sentence, and pads the context of a document's first words. */
export const SENTENCE_END = "</s>";

/** Spellings that mean the same to a model: one token each. */
const PLAIN: Readonly<Record<string, string>> = {
  "‘": "'",
  "’": "'",
  "“": '"',
  "”": '"',
  "‐": "-",
  "‑": "-",
  "—": "--",
  "…": "...",
};

/** Their full stop belongs to the word, and ends no sentence. */
const TITLES =
  "mr|mrs|ms|messrs|dr|prof|rev|hon|gov|sen|rep|gen|brig|maj|col|capt|lt|sgt|jr|sr|st|mt|vs|viz|co|jan|feb|aug|sept|oct|nov|dec";
/** Abbreviations only before a number: "no. 7", but "he said no." */
const NUMBERED = "no|nos|vol|art|sec|fig|p|pp";

const TOKEN = new RegExp(
  [
    String.raw`(?<paragraph>\n[^\S\n]*\n)`,
    String.raw`\p{L}\p{M}*(?:\.\p{L}\p{M}*)+(?![\p{L}\p{M}\p{N}])\.?`,
    String.raw`(?:${TITLES})\.`,
    String.raw`(?:${NUMBERED})\.(?=\s*\p{N})`,
    // "I." is nearly always the pronoun at a sentence's end, not an initial.
    String.raw`(?!i\.)\p{L}\p{M}*\.(?![\p{L}\p{N}])`,
    String.raw`[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:(?:['-]|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*`,
    String.raw`\.{2,}|-{2,}`,
    String.raw`\p{P}|\p{S}`,
  ].join("|"),
  "giu",
);

const ENDS = new Set([".", "!", "?"]);
const CLOSES = new Set(['"', "'", ")", "]", "}"]);
const CONTINUES = /^[\p{Ll}\p{N}]/u;

/**
 * The tokens of a text, in O(length): lower-cased words and numbers with their inner apostrophes, hyphens, commas and
 * points, abbreviations with their points, punctuation marks and symbols one by one, `</s>` after each sentence.
 *
 * A sentence ends after `.`, `!` or `?` with the closing quotes and brackets that touch it, at a blank line and at the end
 * of the text. A single line break is white space, because plain text is wrapped and verses run on. Not an end: the stop
 * of an abbreviation or initial, one glued to a following small letter or digit, and an ellipsis. Typographic quotes,
 * dashes and ellipses become plain ones, and letters composed ones (NFC).
 */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const endSentence = (): void => {
    if (tokens.length > 0 && tokens.at(-1) !== SENTENCE_END) tokens.push(SENTENCE_END);
  };
  let ending = false;
  let reached = 0;
  for (const match of plain(text).matchAll(TOKEN)) {
    const [raw] = match;
    const glued = match.index === reached;
    reached = match.index + raw.length;
    if (match.groups!.paragraph !== undefined) {
      endSentence();
      ending = false;
      continue;
    }
    const closing = ENDS.has(raw) || (glued && CLOSES.has(raw));
    if (ending && !closing) {
      if (!(glued && CONTINUES.test(raw))) endSentence();
      ending = false;
    }
    const token = canonical(raw);
    tokens.push(token);
    ending ||= ENDS.has(token);
  }
  endSentence();
  return tokens;
}

function plain(text: string): string {
  return text.normalize("NFC").replace(/[‘’“”‐‑—…]/g, (mark) => PLAIN[mark]!);
}

function canonical(raw: string): string {
  if (raw.startsWith("..")) return "...";
  if (raw.startsWith("--")) return "--";
  // Lower-casing can leave a letter and its mark apart.
  return raw.toLowerCase().normalize("NFC");
}
