import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SENTENCE_END, tokenize } from "../src/index.ts";

const line = (text: string): string => tokenize(text).join(" ");
const withoutEnds = (tokens: readonly string[]): string[] => tokens.filter((token) => token !== SENTENCE_END);

describe("tokens", () => {
  it.each([
    ["Words and marks, apart: (all); lower-cased", "words and marks , apart : ( all ) ; lower-cased </s>"],
    ["Don't split o'clock or the brothers' well-being", "don't split o'clock or the brothers ' well-being </s>"],
    ["$1,234.56 and 3.5% of 20th-century F-16s", "$ 1,234.56 and 3.5 % of 20th-century f-16s </s>"],
    ["“Curly” quotes aren’t special—nor dashes…", '" curly " quotes aren\'t special -- nor dashes ... </s>'],
    ["Über die Straße, Ελλάδα, São Paulo", "über die straße , ελλάδα , são paulo </s>"],
    ["e\u0301t\u00e9", "\u00e9t\u00e9 </s>"],
  ])("%s", (text, expected) => expect(line(text)).toBe(expected));

  it("gives nothing for blank text", () => expect(tokenize(" \n\n\t\u0002 ")).toEqual([]));
});

describe("sentence ends", () => {
  it.each([
    ["One. Two! Three? Four", "one . </s> two ! </s> three ? </s> four </s>"],
    ["He said “Go!” (Twice.) Why?!", 'he said " go ! " </s> ( twice . ) </s> why ? ! </s>'],
    ["Mr. Smith met Gen. Ulysses S. Grant.", "mr. smith met gen. ulysses s. grant . </s>"],
    ["The U.S. Senate at 5 p.m. today", "the u.s. senate at 5 p.m. today </s>"],
    ["See No. 7. He said no. I do", "see no. 7 . </s> he said no . </s> i do </s>"],
    ["Better than I. We know", "better than i . </s> we know </s>"],
    ["It grew 2.5. Visit recovery.gov now", "it grew 2.5 . </s> visit recovery . gov now </s>"],
    ["To be continued . . . And then ?!", "to be continued . . . </s> and then ? ! </s>"],
    ["The end.The start", "the end . </s> the start </s>"],
    ["a title\n\nA text", "a title </s> a text </s>"],
    ["it was so .\nand it was good :\nand he slept .", "it was so . </s> and it was good : and he slept . </s>"],
  ])("%j", (text, expected) => expect(line(text)).toBe(expected));
});

describe("laws", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(..."aIsS1.,!?'\"-—’ \n(%"), maxLength: 40 }),
    fc
      .array(fc.constantFrom("Mr.", "no.", "7", "U.S.", "i.", "end.", "\n\n", "İ.", "J\u030c", "..", "war.”"), {
        maxLength: 12,
      })
      .map((parts) => parts.join(" ")),
  );

  it("tokens tokenize to themselves", () => {
    fc.assert(
      fc.property(text, (text) => {
        const tokens = withoutEnds(tokenize(text));
        expect(withoutEnds(tokenize(tokens.join(" ")))).toEqual(tokens);
      }),
    );
  });

  it("no token is empty or holds white space, no sentence is empty, and the last is ended", () => {
    fc.assert(
      fc.property(text, (text) => {
        const tokens = tokenize(text);
        for (const [index, token] of tokens.entries()) {
          expect(token).toMatch(/^\S+$/);
          if (token === SENTENCE_END) expect(tokens[index - 1] ?? SENTENCE_END).not.toBe(SENTENCE_END);
        }
        expect(tokens.at(-1) ?? SENTENCE_END).toBe(SENTENCE_END);
      }),
    );
  });

  it("loses no letter and no digit", () => {
    const letters = (text: string): string =>
      text
        .toLowerCase()
        .normalize("NFC")
        .replace(/[^\p{L}\p{N}]/gu, "");
    fc.assert(
      fc.property(text, (text) => {
        expect(letters(withoutEnds(tokenize(text)).join(" "))).toBe(letters(text));
      }),
    );
  });
});
