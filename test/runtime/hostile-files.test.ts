import { describe, expect, test } from "vitest";
import { runTarget } from "../fuzz/files/hostile-target.ts";
import { TARGETS } from "../fuzz/files/targets.ts";

/** Ten thousand of the inputs of which `npm run fuzz` makes a million. */
const RUNS = 10_000;
const SEED = 2;

const shares = TARGETS.reduce((sum, { share }) => sum + share, 0);

describe("files that anybody may have made are read or refused", () => {
  test.each(TARGETS)("$name", async (target) => {
    const { inputs, accepted } = await runTarget(target, Math.ceil((target.share / shares) * RUNS), SEED);
    // Were every input refused at its first byte, nothing would be tested.
    expect(inputs - accepted).toBeGreaterThan(0);
  });
});

describe("a run fails", () => {
  const [target] = TARGETS as [(typeof TARGETS)[number]];
  const broken = (read: (bytes: Uint8Array<ArrayBuffer>) => unknown) => runTarget({ ...target, read }, 50, 1);

  test("when an error is none of ours", async () => {
    await expect(broken(() => Promise.reject(new TypeError("undefined is not a function")))).rejects.toThrow(
      /undefined is not a function/,
    );
  });

  test("when a reader takes much more memory than its input has", async () => {
    const kept: Uint8Array[] = [];
    await expect(broken(() => kept.push(new Uint8Array(2 ** 26)))).rejects.toThrow(/allocates \d{8} bytes/);
  });
});
