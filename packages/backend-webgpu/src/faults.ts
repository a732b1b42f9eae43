import { WideheadError } from "@widehead/core";

/**
 * What goes wrong on a device: losing it, which every later call reports, and errors that it only reports later, which
 * the next read reports. Error scopes are open from one read to the next, so that none is missed.
 */
export class Faults {
  readonly #device: GPUDevice;
  #lost: string | undefined;
  #disposed = false;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#open();
    void device.lost.then(({ reason, message }) => {
      this.#lost = message || reason;
    });
  }

  /** Throws ERR_DISPOSED, ERR_DEVICE_LOST. */
  check(): void {
    const fault = this.#fault();
    if (fault !== undefined) throw fault;
  }

  #fault(): WideheadError | undefined {
    if (this.#disposed) {
      const message = 'backend "webgpu" must be alive, but it was disposed';
      return new WideheadError("ERR_DISPOSED", message, { argument: "backend" });
    }
    return this.#lost === undefined ? undefined : deviceLost(this.#lost);
  }

  /** Says what was reported since the last call, once the device has run it. Throws ERR_DEVICE_LOST, ERR_MEMORY. */
  async collect(): Promise<void> {
    const popped = [this.#device.popErrorScope(), this.#device.popErrorScope()];
    this.#open();
    const [memory, invalid] = await Promise.all(popped).catch((cause: unknown) => {
      throw this.unanswered(cause);
    });
    this.check();
    if (memory) {
      throw new WideheadError("ERR_MEMORY", `the device must have memory for what was allocated: ${memory.message}`, {
        backend: "webgpu",
      });
    }
    if (invalid) throw new Error(`webgpu: ${invalid.message}`);
  }

  /** The error of a call that the device left unanswered: it is lost, though it may say so only later. */
  unanswered(cause: unknown): WideheadError {
    this.#lost ??= cause instanceof Error ? cause.message : String(cause);
    return this.#fault() as WideheadError;
  }

  /** Nothing is reported from now on, and no error scope is open. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (let scope = 0; scope < 2; scope += 1) this.#device.popErrorScope().catch(() => {});
  }

  #open(): void {
    this.#device.pushErrorScope("validation");
    this.#device.pushErrorScope("out-of-memory");
  }
}

function deviceLost(reason: string): WideheadError {
  return new WideheadError(
    "ERR_DEVICE_LOST",
    `the device of backend "webgpu" must be alive, but it was lost (${reason}): make a new backend and restore the last checkpoint`,
    { backend: "webgpu", reason },
  );
}
