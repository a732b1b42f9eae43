/** A device that serves no backend, and what computes there. */
interface Idle {
  readonly gpu: GPUDevice;
  readonly kernel: string;
}

/**
 * The device of the backend that was disposed last, for the next one: what was compiled there, in seconds where a GPU is
 * emulated, need not be compiled again. No two backends share a device while they live.
 */
let idle: Idle | undefined;

/** Takes the idle device, where there is one and it is not lost. */
export function takeIdle(): Idle | undefined {
  const taken = idle;
  idle = undefined;
  return taken;
}

/** Keeps the device of a backend that is done with it, and destroys the one kept before. */
export function keepIdle(gpu: GPUDevice, kernel: string): void {
  takeIdle()?.gpu.destroy();
  const kept = { gpu, kernel };
  idle = kept;
  void gpu.lost.then(() => {
    if (idle === kept) idle = undefined;
  });
}
