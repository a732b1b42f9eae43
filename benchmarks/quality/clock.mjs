/** Milliseconds of processor time of this process, all threads: with one thread, those of the clock on an idle machine. */
export function processorMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
