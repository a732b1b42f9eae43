import type { Engine } from "./engine/engine.ts";
import type { Mode } from "./engine/library.ts";

/**
 * For each mode the engine of the backend that was disposed last, for the next one: kernels that were compiled there, in
 * seconds where a GPU is emulated, need not be compiled again. No two backends share an engine while they live.
 */
const idle = new Map<Mode, Engine>();

/** Takes the idle engine of a mode, where there is one that still works. */
export function takeIdle(mode: Mode): Engine | undefined {
  const engine = idle.get(mode);
  idle.delete(mode);
  return engine?.works() ? engine : undefined;
}

/** Keeps the engine of a backend that is done with it, and destroys the one kept before; or this one, if it does not work. */
export async function keepIdle(mode: Mode, engine: Engine): Promise<void> {
  if (!engine.works()) {
    await engine.destroy();
    return;
  }
  const before = idle.get(mode);
  idle.set(mode, engine);
  await before?.destroy();
}
