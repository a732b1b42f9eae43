export { type ItemNeighborsOptions, itemNeighbors } from "./item-neighbors.ts";
export { popularity } from "./popularity.ts";
export type { Ranker } from "./ranker.ts";
export { type RowNeighborsOptions, rowNeighbors } from "./row-neighbors.ts";
export { TfIdf } from "./tf-idf.ts";
