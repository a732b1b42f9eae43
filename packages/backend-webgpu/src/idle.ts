/** Milliseconds that a device waits for its next backend. */
const PATIENCE = 5000;

/** A device that serves no backend, and what computes there. */
interface Idle {
  readonly gpu: GPUDevice;
  readonly kernel: string;
  /** Ends the wait. */
  readonly timer: ReturnType<typeof setTimeout>;
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
  clearTimeout(taken?.timer);
  return taken;
}

/** Keeps the device of a backend that is done with it, for a while; destroys the one kept before. */
export function keepIdle(gpu: GPUDevice, kernel: string): void {
  destroyIdle();
  const timer = setTimeout(destroyIdle, PATIENCE);
  // Node does not wait for it to end; in browsers timers are numbers.
  if (typeof timer === "object") timer.unref();
  const kept = { gpu, kernel, timer };
  idle = kept;
  void gpu.lost.then(() => {
    if (idle === kept) takeIdle();
  });
}

function destroyIdle(): void {
  takeIdle()?.gpu.destroy();
}
