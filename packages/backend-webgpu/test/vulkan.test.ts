import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { vulkanManifests } from "../src/vulkan.ts";

let folder = "";
const manifest = (): string => join(folder, "vulkan/icd.d/card.json");
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "widehead-vulkan-"));
  mkdirSync(join(folder, "vulkan/icd.d"), { recursive: true });
  writeFileSync(manifest(), "{}");
  writeFileSync(join(folder, "vulkan/icd.d/notes.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("manifests of Vulkan drivers", () => {
  test.each(["XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"])(
    "in the folders of %s",
    (name) => {
      const elsewhere = join(folder, "empty");
      expect(vulkanManifests({ [name]: `${folder}${name.endsWith("DIRS") ? `:${elsewhere}` : ""}` })).toContain(
        manifest(),
      );
      expect(vulkanManifests({ [name]: elsewhere })).not.toContain(manifest());
    },
  );

  test.each(["VK_DRIVER_FILES", "VK_ICD_FILENAMES"])("that %s names, as files or folders, and no others", (name) => {
    const system = { XDG_DATA_HOME: folder };
    expect(vulkanManifests({ ...system, [name]: join(folder, "none.json") })).toEqual([]);
    expect(vulkanManifests({ [name]: manifest() })).toEqual([manifest()]);
    expect(vulkanManifests({ [name]: `${join(folder, "vulkan/icd.d")}:/none` })).toEqual([manifest()]);
    expect(vulkanManifests({ ...system, [name]: "" })).toContain(manifest());
  });

  test("that VK_ADD_DRIVER_FILES names, beside those of the system", () => {
    expect(vulkanManifests({ VK_ADD_DRIVER_FILES: manifest() })).toContain(manifest());
  });
});
