import { readTextChunks } from "../text-stream.ts";

/** How much of a text decides whether form feeds separate its documents. */
const SAMPLE = 1 << 20;
/** Characters in a document; a longer one is cut. */
const LONGEST = 1 << 18;

/**
 * The documents of a text larger than memory: between form feeds, the line after each being a name, where its first
 * million characters have one; else between blank lines. A document of more than 256 Ki characters is cut at its last
 * blank line, line break or white space before that, as lines without any blank line between them are.
 *
 * @throws WideheadError as {@link readTextChunks} does
 */
export async function* readPieces(path: string): AsyncGenerator<string> {
  let separator: RegExp | undefined;
  let rest = "";
  for await (const chunk of readTextChunks(path)) {
    rest += chunk;
    if (separator === undefined && rest.length < SAMPLE) continue;
    separator ??= separatorOf(rest);
    const pieces = rest.split(separator);
    rest = pieces.pop()!;
    for (const piece of pieces) yield* cut(piece);
    if (rest.length <= LONGEST) continue;
    const cuts = [...cut(rest)];
    rest = cuts.pop()!;
    yield* cuts;
  }
  for (const piece of rest.split(separator ?? separatorOf(rest))) yield* cut(piece);
}

/** A form feed goes with the name after it. */
function separatorOf(text: string): RegExp {
  return text.includes("\f") ? /\f[^\n]*\n?/ : /\n\s*\n/;
}

function* cut(piece: string): Generator<string> {
  let begin = 0;
  while (piece.length - begin > LONGEST) {
    const end = begin + placeToCut(piece.slice(begin, begin + LONGEST));
    yield piece.slice(begin, end);
    begin = end;
  }
  if (begin === 0 || begin < piece.length) yield piece.slice(begin);
}

/** Never 0, so that cutting ends. */
function placeToCut(text: string): number {
  const candidates = [text.lastIndexOf("\n\n"), text.lastIndexOf("\n"), text.search(/\s\S*$/)];
  return candidates.find((place) => place > 0) ?? text.length;
}
