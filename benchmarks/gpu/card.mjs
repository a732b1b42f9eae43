import { record } from "../support.mjs";

/** Records a result under the name of the card that the backend's kernel string tells. */
export function recordOfCard(name, { kernel, ...result }) {
  const card = kernel
    .replace(/^WGSL on /, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
  record(`${name}-${card}`, { kernel, ...result });
}
