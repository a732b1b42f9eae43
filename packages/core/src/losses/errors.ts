import { WideheadError } from "../errors.ts";

/** An ERR_LOSS_DOMAIN of one example: what the loss needs there, and the numbers that it met. */
export function lossDomainError(
  loss: { readonly name: string },
  example: number,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): WideheadError {
  return new WideheadError("ERR_LOSS_DOMAIN", `${loss.name} loss, example ${example}: ${message}`, {
    loss: loss.name,
    example,
    ...details,
  });
}

/** Round-off noise below this share of a quantity leaves it one good digit, which a division needs. */
const noiseMargin = 16;

/** True when a loss must not divide by the quantity: it is not well above its round-off noise, or not a number. */
export function isDrowned(quantity: number, noise: number): boolean {
  return !(quantity > noiseMargin * noise);
}

/** Returns a loss's option if it is finite and above the minimum (or equal to it where inclusive). Throws ERR_OPTION. */
export function lossOption(
  loss: string,
  option: string,
  value: number,
  range: { readonly above?: number; readonly atLeast?: number } = {},
): number {
  const { above = -Infinity, atLeast = -Infinity } = range;
  if (Number.isFinite(value) && value > above && value >= atLeast) return value;
  const limit = above > -Infinity ? ` above ${above}` : atLeast > -Infinity ? ` of at least ${atLeast}` : "";
  throw new WideheadError("ERR_OPTION", `${loss} loss: ${option} must be a finite number${limit}, got ${value}`, {
    loss,
    option,
    actual: value,
  });
}
