/** Set in the first token of a document, so that no context reaches back beyond it; ids are below it. */
export const DOCUMENT_START: number = 0x8000_0000;
/** The rest of a token: its id. */
export const ID_BITS: number = 0x7fff_ffff;

/** The ids of a text's tokens, in memory or on disk, {@link DOCUMENT_START} set in the first of each document. */
export interface TokenSource {
  readonly length: number;
  /** Fills `into` with the tokens from number `first` on. */
  read(first: number, into: Uint32Array): void;
}

/** Tokens in memory: 4 bytes each. */
export function tokensOf(documents: readonly Uint32Array[]): TokenSource {
  const tokens = new Uint32Array(documents.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const document of documents) {
    tokens.set(document, place);
    if (document.length > 0) tokens[place] |= DOCUMENT_START;
    place += document.length;
  }
  return {
    length: tokens.length,
    read: (first, into) => into.set(tokens.subarray(first, first + into.length)),
  };
}

/** The documents of the first tokens, at least `least` of them where there are as many; the last is whole. */
export function documentsOf(tokens: TokenSource, least: number = Infinity): Uint32Array[] {
  const documents: Uint32Array[] = [];
  let open: number[] = [];
  let done = 0;
  const close = (): void => {
    if (open.length > 0) documents.push(Uint32Array.from(open));
    done += open.length;
    open = [];
  };
  for (const block of blocksOf(tokens)) {
    for (const token of block) {
      if (token >= DOCUMENT_START) {
        close();
        if (done >= least) return documents;
      }
      open.push(token & ID_BITS);
    }
  }
  close();
  return documents;
}

/** All tokens in order, 2¹⁶ at a time, in one array that is filled anew each time. */
export function* blocksOf(tokens: TokenSource): Generator<Uint32Array> {
  const block = new Uint32Array(1 << 16);
  for (let first = 0; first < tokens.length; first += block.length) {
    const part = block.subarray(0, Math.min(block.length, tokens.length - first));
    tokens.read(first, part);
    yield part;
  }
}
