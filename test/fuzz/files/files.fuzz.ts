import { describe, expect, test } from "vitest";
import { fuzzOptions } from "../fuzz-options.ts";
import { runTarget } from "./hostile-target.ts";
import { TARGETS } from "./targets.ts";

const { runs, seed } = fuzzOptions(1_100_000);

test("every input is some target's", () => {
  expect(TARGETS.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1.1);
});

describe("files that anybody may have made are read or refused", () => {
  test.each(TARGETS)("$name", async (target) => {
    const began = performance.now();
    const tally = await runTarget(target, Math.ceil(target.share * (runs / 1.1)), seed);
    console.log(JSON.stringify({ ...tally, seconds: (performance.now() - began) / 1000 }));
  });
});
