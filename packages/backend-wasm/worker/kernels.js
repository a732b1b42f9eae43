// What each worker of a pool runs, as it is, in Node and in browsers: parts of calls over a memory that all threads share.

const { parentPort = globalThis } = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? {};

/** Looks at the clock after so many looks at the job. */
const LOOKS = 64;

parentPort.onmessage = async ({ data }) => {
  const { modules, names, memory, job, parts, spinMs } = data;
  const kernels = [];
  try {
    for (const module of modules) {
      const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
      kernels.push(...names.map((name) => exports[name]));
    }
  } catch (error) {
    parentPort.postMessage({ reason: String(error) });
    return;
  }
  parentPort.postMessage({});
  try {
    for (;;) runPart(kernels, job.call, takePart(job, parts, spinMs), parts, job.pending);
  } catch (error) {
    Atomics.store(job.failed, 0, 1);
    throw error;
  }
};

/** The caller leaves the call as it is until no part is pending. */
function runPart(kernels, call, part, parts, pending) {
  const [number, count] = call;
  const values = [part, parts];
  for (let i = 0; i < count; i += 1) values.push(call[2 + i]);
  kernels[number](...values);
  Atomics.sub(pending, 0, 1);
}

/** Takes the next part that is free; while there is none, looks for it for some time and then sleeps. */
function takePart({ next, sleeping }, parts, spinMs) {
  for (;;) {
    const end = performance.now() + spinMs;
    do {
      for (let look = 0; look < LOOKS; look += 1) {
        const part = Atomics.load(next, 0);
        if (part < parts && Atomics.compareExchange(next, 0, part, part + 1) === part) return part;
      }
    } while (performance.now() < end);
    Atomics.add(sleeping, 0, 1);
    Atomics.wait(next, 0, parts);
    Atomics.sub(sleeping, 0, 1);
  }
}
