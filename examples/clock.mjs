/** Milliseconds of processor time of this process: on one thread those of an idle machine's clock, whatever else runs. */
export function processorMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
