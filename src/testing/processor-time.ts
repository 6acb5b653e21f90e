/**
 * The processor's time that some work takes in this process, in milliseconds. Unlike the clock's it does not grow while
 * others use the machine; how fast the machine is, only a comparison with other work tells.
 */
export function processorTime(work: () => void): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}
