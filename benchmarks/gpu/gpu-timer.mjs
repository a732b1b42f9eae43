/** Queries of one set: the most that WebGPU allows. */
const CAPACITY = 4096;
/** Of a query set that is resolved into a buffer that is mapped. */
const usage = { resolved: 0x204, mapped: 0x9 };

/**
 * Measures the time that a device spends in compute passes, by timestamp queries, in intervals that `now` delimits: its
 * calls are in turn the begin and the end of one, and it is a clock besides.
 */
export function gpuTimer(device) {
  const sets = [];
  /** The interval of each measured pass, in the order of its queries. */
  const intervals = [];
  let count = 0;
  let inside = false;

  const begin = () => {
    const first = 2 * (intervals.length % (CAPACITY / 2));
    if (first === 0) sets.push(device.createQuerySet({ type: "timestamp", count: CAPACITY }));
    intervals.push(count - 1);
    return { querySet: sets.at(-1), beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  };
  const createEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (...args) => {
    const encoder = createEncoder(...args);
    const beginPass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => beginPass(inside ? { timestampWrites: begin() } : {});
    return encoder;
  };

  return {
    now() {
      inside = !inside;
      if (inside) count += 1;
      return performance.now();
    },
    /** Milliseconds of each interval. */
    async read() {
      const stamps = [];
      for (const set of sets) stamps.push(...(await resolve(device, createEncoder, set)));
      const times = new Array(count).fill(0);
      intervals.forEach((interval, pass) => {
        times[interval] += Number(stamps[2 * pass + 1] - stamps[2 * pass]) / 1e6;
      });
      return times;
    },
  };
}

async function resolve(device, createEncoder, set) {
  const size = CAPACITY * 8;
  const resolved = device.createBuffer({ size, usage: usage.resolved });
  const mapped = device.createBuffer({ size, usage: usage.mapped });
  const encoder = createEncoder();
  encoder.resolveQuerySet(set, 0, CAPACITY, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, mapped, 0, size);
  device.queue.submit([encoder.finish()]);
  await mapped.mapAsync(1);
  const stamps = new BigInt64Array(mapped.getMappedRange().slice(0));
  resolved.destroy();
  mapped.destroy();
  return stamps;
}
