/// <reference types="node" />
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Manifests of Vulkan drivers that the loader would find on Linux: those that variables name, else those in its folders.
 *
 * @see https://github.com/KhronosGroup/Vulkan-Loader/blob/main/docs/LoaderDriverInterface.md, "Driver Discovery on Linux"
 */
export function vulkanManifests(environment: Environment): string[] {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES } = environment;
  const named = VK_DRIVER_FILES || VK_ICD_FILENAMES;
  const places = named ? paths(named) : [...paths(VK_ADD_DRIVER_FILES), ...folders(environment)];
  return places.flatMap(manifestsAt);
}

function folders({ HOME, XDG_CONFIG_HOME, XDG_CONFIG_DIRS, XDG_DATA_HOME, XDG_DATA_DIRS }: Environment): string[] {
  return [
    XDG_CONFIG_HOME || `${HOME}/.config`,
    ...paths(XDG_CONFIG_DIRS || "/etc/xdg"),
    "/etc",
    "/usr/local/etc",
    XDG_DATA_HOME || `${HOME}/.local/share`,
    ...paths(XDG_DATA_DIRS || "/usr/local/share:/usr/share"),
    // Where NixOS has its drivers.
    "/run/opengl-driver/share",
  ].map((folder) => `${folder}/vulkan/icd.d`);
}

function paths(list: string | undefined): string[] {
  return (list ?? "").split(":").filter((path) => path !== "");
}

/** The manifest, or those in the folder; none where nothing can be read. */
function manifestsAt(place: string): string[] {
  const { readdirSync, statSync } = process.getBuiltinModule("node:fs");
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place).flatMap((name) => (name.endsWith(".json") ? [`${place}/${name}`] : []));
  } catch {
    return [];
  }
}
