import { wasm } from "@widehead/backend-wasm";
import { createRandom } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { agrees, allowedDifference, median, relativeDifferences } from "../page/compare.ts";
import { losses } from "../page/shape.ts";
import { encode } from "../page/text.ts";
import { train } from "../page/train.ts";

/** Documents in which each word decides what follows. */
function sampleText(): string {
  const random = createRandom(5);
  const document = (): string => {
    let word = 0;
    const words = Array.from({ length: 400 }, () => {
      word = (word + 1 + random.integer(3)) % 200;
      return `word${word}`;
    });
    return `${words.join(" ")}.`;
  };
  return Array.from({ length: 40 }, document).join("\f");
}

const text = encode(sampleText());
const steps = 60;

async function curve(loss: string, dtype: "float32" | "float64", rateFactor = 1): Promise<number[]> {
  await using backend = await wasm.create({ dtype });
  const values: number[] = [];
  for await (const step of train(backend, { text, choice: losses[loss]!, steps, rateFactor })) values.push(step.loss);
  return values;
}

describe.each(Object.keys(losses))("training with loss %s", (loss) => {
  test("in float32 stays within what rounding explains, and falls", async () => {
    const reference = await curve(loss, "float64");
    const single = await curve(loss, "float32");
    expect(agrees(relativeDifferences(single, reference))).toBe(true);
    expect(single.at(-1)).toBeLessThan(0.9 * single[0]!);
  });

  test("moves by no more than that when every step's rates are off by one round-off", async () => {
    const reference = await curve(loss, "float64");
    const disturbed = relativeDifferences(await curve(loss, "float64", 1 + 2 ** -24), reference);
    expect(Math.max(...disturbed)).toBeGreaterThan(0);
    expect(agrees(disturbed)).toBe(true);
  });

  test("at rates wrong by a hundredth is found out", async () => {
    const reference = await curve(loss, "float64");
    const wrong = relativeDifferences(await curve(loss, "float64", 1.01), reference);
    expect(Math.max(...wrong)).toBeGreaterThan(10 * allowedDifference(steps));
  });
});

test("differences are relative, step by step, as far as both curves go", () => {
  expect(relativeDifferences([2, 3, 5], [2, 4])).toEqual([0, 0.25]);
  expect(agrees([0, 0.25])).toBe(false);
});

test("the median is the middle of the sorted values", () => {
  expect(median([30, 10, 20])).toBe(20);
  expect(median([])).toBeNaN();
});
