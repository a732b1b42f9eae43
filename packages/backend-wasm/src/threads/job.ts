/**
 * The call that runs, in memory that all threads share. Its parts are taken one by one by whoever is free, so that a worker
 * that sleeps or is not scheduled delays nobody: the caller takes its part.
 */
export interface Job {
  /** The next part that is free to be taken; the number of parts where there is none. */
  readonly next: Int32Array;
  /** Parts, but for the caller's first, that have not ended. */
  readonly pending: Int32Array;
  /** Workers that must be woken. */
  readonly sleeping: Int32Array;
  /** 1 when a worker has failed. */
  readonly failed: Int32Array;
  /** The number of the kernel, how many arguments follow, and the arguments behind `part` and `parts`. */
  readonly call: Float64Array;
}

/** What one thread writes and others look at all the time lies in a cache line, and in its neighbour, of its own. */
const APART = 128;

/** gemm has the most. */
const MOST_ARGUMENTS = 14;

/** A job without a part to take. */
export function createJob(parts: number): Job {
  const memory = new SharedArrayBuffer(4 * APART + 8 * (2 + MOST_ARGUMENTS));
  const [next, pending, sleeping, failed] = [0, 1, 2, 3].map((i) => new Int32Array(memory, i * APART, 1)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  next[0] = parts;
  return { next, pending, sleeping, failed, call: new Float64Array(memory, 4 * APART) };
}

/** Publishes a call of which the caller computes part 0. */
export function publish(
  { next, pending, sleeping, call }: Job,
  kernel: number,
  values: readonly number[],
  parts: number,
): void {
  call[0] = kernel;
  call[1] = values.length;
  call.set(values, 2);
  Atomics.store(pending, 0, parts - 1);
  Atomics.store(next, 0, 1);
  if (Atomics.load(sleeping, 0) > 0) Atomics.notify(next, 0);
}

/** Takes a part, as worker/kernels.js does; undefined when all are taken. */
export function takePart({ next }: Job, parts: number): number | undefined {
  for (let part = Atomics.load(next, 0); part < parts; part = Atomics.load(next, 0)) {
    if (Atomics.compareExchange(next, 0, part, part + 1) === part) return part;
  }
  return undefined;
}
