/** Seconds of processors that this process takes until a task has ended: what other processes take meanwhile does not count. */
export async function cpuSeconds(task: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
