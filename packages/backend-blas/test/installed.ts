import { env, platform } from "node:process";
import { findLibrary } from "../src/library/find.ts";
import { loadKoffi } from "../src/library/native.ts";
import type { Library } from "../src/library/open.ts";

const found = await findLibrary(undefined, { platform, environment: env, cores: 1, loadForeign: loadKoffi });

/** The library that the search finds on this machine; tests of native code are skipped where there is none. */
export const installed: Library | undefined = "library" in found ? found.library : undefined;
