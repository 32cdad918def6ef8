import { describe, test } from "vitest";
import { fuzzOptions } from "../fuzz-options.ts";
import { runTarget } from "./hostile-target.ts";
import { TARGETS } from "./targets.ts";

const { runs, seed } = fuzzOptions(1_000_000);
const shares = TARGETS.reduce((sum, { share }) => sum + share, 0);

describe("files that anybody may have made are read or refused", () => {
  test.each(TARGETS)("$name", async (target) => {
    const began = performance.now();
    const tally = await runTarget(target, Math.ceil((target.share / shares) * runs), seed);
    console.log(JSON.stringify({ ...tally, seconds: (performance.now() - began) / 1000 }));
  });
});
