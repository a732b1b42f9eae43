import { referenceModule } from "@widehead/conformance";
import { expect, test } from "vitest";
import { evaluateSplit, LanguageModel, train } from "../../src/index.ts";
import { epochOf, keep, toyOptions, toySource, toyText } from "../toy.ts";
import { outputs, subjects } from "./problem.ts";

const source = toySource(toyText(300, 1), 16);

test.each(subjects)(
  "$name is the head of a language model: trained, saved and restored",
  async ({ create, restore }) => {
    await using backend = await referenceModule.create();
    const head = await create(backend);
    await using model = LanguageModel.create({ ...toyOptions, vocabularySize: outputs, backend, head });
    const before = await evaluateSplit(model, epochOf(source));
    await train(model, source, { steps: 150, headLearningRate: 0.2 });
    const after = await evaluateSplit(model, epochOf(source));
    expect(after.perplexity).toBeLessThan(0.8 * before.perplexity!);
    const restoreHead = (snapshot: Awaited<ReturnType<typeof keep>>) => restore(snapshot, backend);
    await using restored = await LanguageModel.restore(await model.save(keep), { backend, restoreHead });
    expect(await evaluateSplit(restored, epochOf(source))).toEqual(after);
  },
);
