import { dirname } from "node:path";
import lockfile from "proper-lockfile";
import { FileError } from "../../src/runtime/errors.ts";
import { makeFolder } from "../files/make-folder.ts";

/** Milliseconds between two looks at a lock that another has. */
const POLL = 100;

/**
 * Runs a step while no other process (nor another call of this one) runs one under the same lock. A lock that nobody has
 * refreshed for ten seconds is that of a process that died.
 * @param step is given a signal that aborts if the lock is lost, or the caller aborts
 * @param isDone looked at while waiting; once true, there is nothing left to do
 */
export async function withLock(
  path: string,
  isDone: () => Promise<boolean>,
  signal: AbortSignal | undefined,
  step: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await makeFolder(dirname(path));
  const lost = new AbortController();
  for (;;) {
    signal?.throwIfAborted();
    if (await isDone()) return;
    const release = await lockfile
      .lock(path, {
        lockfilePath: path,
        realpath: false,
        onCompromised: (cause) =>
          lost.abort(new FileError(`${path}: want this lock kept, got "${cause.message}". Try again.`, { cause })),
      })
      .catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "ELOCKED") return undefined;
        throw new FileError(
          `${path}: want a lock, got "${cause.message}". Check the permissions of the cache, or choose another.`,
          { cause },
        );
      });
    if (release) {
      try {
        return await step(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
      } finally {
        await release().catch(() => {});
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}
