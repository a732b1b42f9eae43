export { assertCheckpointFolder } from "./folder.ts";
export * from "./load.ts";
export { claimCheckpointFolder } from "./lock.ts";
export type { CheckpointManifest, StoredFile } from "./manifest.ts";
export * from "./save.ts";
