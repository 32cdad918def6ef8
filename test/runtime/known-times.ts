import { vi } from "vitest";
import { PathBench } from "../../src/runtime/paths/path-bench.ts";

/** Seconds by the names of `kernelWithPaths`. */
const TIMES: Readonly<Record<string, number>> = { slow: 1, twice: 0.002, own: 0.001 };

/**
 * Paths are run and compared as ever, but what they take is known: a busy machine can make a path look slow. Clocks that really
 * tell fast from slow are in test/runtime/driver-differences.test.ts. Until mocks are restored.
 */
export function knownTimes(): void {
  const real = PathBench.prototype.try;
  vi.spyOn(PathBench.prototype, "try").mockImplementation(async function (this: PathBench, kernel, path, best) {
    const trial = await real.call(this, kernel, path, best);
    const seconds = TIMES[path.name];
    return "seconds" in trial && seconds !== undefined ? { seconds } : trial;
  });
}
