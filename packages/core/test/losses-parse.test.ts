import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatLoss,
  lossNames,
  parseLoss,
  sphericalSoftmax,
  weightedSquaredError,
  zLoss,
} from "../src/losses/index.ts";

describe("parseLoss", () => {
  test.each(lossNames)("%s needs no options", (name) => {
    expect(parseLoss(name).name).toBe(name);
  });

  test("reads what formatLoss writes", () => {
    const number = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    const losses = fc.oneof(
      number.map((epsilon) => sphericalSoftmax({ epsilon })),
      number.map((zeroWeight) => weightedSquaredError({ zeroWeight })),
      fc.record({ alpha: number, beta: number }).map(zLoss),
      fc.constantFrom(...lossNames).map(parseLoss),
    );
    fc.assert(
      fc.property(losses, (loss) => {
        const read = parseLoss(formatLoss(loss));
        expect(read.name).toBe(loss.name);
        expect(read.options).toEqual(loss.options);
      }),
    );
  });

  test("writes the grammar of the command line", () => {
    expect(formatLoss(parseLoss("z:beta=4"))).toBe("z:alpha=0.1,beta=4");
    expect(formatLoss(parseLoss("weighted-squared:zero-weight=0.5"))).toBe("weighted-squared:zero-weight=0.5");
    expect(formatLoss(parseLoss("taylor"))).toBe("taylor");
  });

  test("an unknown name lists the known ones", () => {
    expect(() => parseLoss("hinge")).toThrow(
      expect.objectContaining({
        code: "ERR_OPTION",
        details: { argument: "loss", expected: lossNames, actual: "hinge" },
      }),
    );
  });

  test.each([
    "z:",
    "z:gamma=1",
    "z:alpha",
    "z:alpha=",
    "z:alpha=one",
    "z:alpha=1=2",
    "z:alpha=Infinity",
    "z:alpha=1,alpha=2",
    "z:alpha=1,",
    "z:alpha=0",
    "z:toString=1",
    "taylor:epsilon=1",
    "spherical:epsilon=0",
    "spherical:epsilon=-1",
    "weighted-squared:zero-weight=-0.1",
    "weighted-squared:zeroWeight=1",
    "",
    "constructor",
  ])("refuses %j", (text) => {
    expect(() => parseLoss(text)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});

test.each([
  () => sphericalSoftmax({ epsilon: Number.NaN }),
  () => zLoss({ alpha: Infinity }),
  () => zLoss({ beta: Number.NaN }),
  () => weightedSquaredError({ zeroWeight: -1 }),
])("a loss's options are checked: %s", (create) => {
  expect(create).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
