import type { Loss } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { cosineDistance } from "./cosine-distance.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";
import { sphericalSoftmax } from "./spherical-softmax.ts";
import { squaredError } from "./squared-error.ts";
import { taylorSoftmax } from "./taylor-softmax.ts";
import { weightedSquaredError } from "./weighted-squared-error.ts";
import { zLoss } from "./z-loss.ts";

interface KnownLoss {
  /** The options' names in text, and what the factory calls them. */
  readonly options: Readonly<Record<string, string>>;
  create(options: Readonly<Record<string, number>>): Loss;
}

const knownLosses: ReadonlyMap<string, KnownLoss> = new Map<string, KnownLoss>([
  ["spherical", { options: { epsilon: "epsilon" }, create: sphericalSoftmax }],
  ["taylor", { options: {}, create: taylorSoftmax }],
  ["z", { options: { alpha: "alpha", beta: "beta" }, create: zLoss }],
  ["squared", { options: {}, create: squaredError }],
  ["weighted-squared", { options: { "zero-weight": "zeroWeight" }, create: weightedSquaredError }],
  ["cosine", { options: {}, create: cosineDistance }],
  ["softmax", { options: {}, create: softmaxCrossEntropy }],
]);

/** The names that {@link parseLoss} knows. */
export const lossNames: readonly string[] = [...knownLosses.keys()];

/**
 * The loss that a text names: `"taylor"`, `"z:alpha=0.1,beta=5"`.
 *
 * @throws WideheadError ERR_OPTION for an unknown name or option (listing those that are known) or a value out of range
 */
export function parseLoss(text: string): Loss {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const known = knownLosses.get(name);
  if (known === undefined) {
    throw new WideheadError("ERR_OPTION", `loss must be one of ${lossNames.join(", ")}, got ${JSON.stringify(name)}`, {
      argument: "loss",
      expected: lossNames,
      actual: name,
    });
  }
  const options: Record<string, number> = {};
  if (colon >= 0) {
    for (const item of text.slice(colon + 1).split(",")) {
      const [option, value] = parseOption(name, Object.keys(known.options), item);
      const property = known.options[option];
      if (property in options) throw optionError(name, item, `${option} given once`);
      options[property] = value;
    }
  }
  return known.create(options);
}

/** The text that {@link parseLoss} reads back to the same loss. */
export function formatLoss(loss: Loss): string {
  const options = Object.entries(loss.options).map(([option, value]) => `${option}=${value}`);
  return options.length === 0 ? loss.name : `${loss.name}:${options.join(",")}`;
}

function parseOption(loss: string, known: readonly string[], item: string): [string, number] {
  const [option, value, ...rest] = item.split("=");
  if (!known.includes(option)) {
    throw optionError(loss, item, known.length === 0 ? "no options" : `the options ${known.join(", ")}`);
  }
  if (value === undefined || value.trim() === "" || rest.length > 0 || !Number.isFinite(Number(value))) {
    throw optionError(loss, item, `${option}=NUMBER`);
  }
  return [option, Number(value)];
}

function optionError(loss: string, item: string, expected: string): WideheadError {
  return new WideheadError("ERR_OPTION", `${loss} loss: expected ${expected}, got ${JSON.stringify(item)}`, {
    argument: "loss",
    loss,
    expected,
    actual: item,
  });
}
