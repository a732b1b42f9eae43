import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder for a test file's files, gone after it. */
export interface Folder {
  path(name: string): string;
  write(name: string, content: string | Uint8Array): Promise<string>;
}

export function temporaryFolder(): Folder {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "widehead-data-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return {
    path: (name) => join(folder, name),
    async write(name, content) {
      const path = join(folder, name);
      await writeFile(path, content);
      return path;
    },
  };
}
