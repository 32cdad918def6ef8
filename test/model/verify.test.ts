import { describe, expect, test } from "vitest";
import { STAGE_TOLERANCE, verifyStages } from "../../src/model/verify.ts";

/** One stage of `[1, 2, 1, 2]`: two classes at two pixels. */
const stage = (name: string, ...values: number[]) =>
  new Map([[name, { shape: [1, 2, 1, 2], data: Float32Array.from(values) }]]);

const problemOf = (...[got, want, options]: Parameters<typeof verifyStages>) =>
  verifyStages(got, want, options)[0]!.problem;

describe("the error that is right depends on how numbers are stored", () => {
  const want = stage("neck.0", 10, -1, 2, 3);
  const got = (error: number) => stage("neck.0", 10, -1, 2 + error, 3);

  test("f32", () => {
    expect(problemOf(got(0.0009), want)).toBeUndefined();
    expect(problemOf(got(0.0011), want)).toMatch(
      /^1 values over tolerance, the worst at \[0, 1, 0, 0\]: want 2, got 2\.001/,
    );
  });

  test("f16", () => {
    expect(problemOf(got(0.049), want, { precision: "f16" })).toBeUndefined();
    expect(problemOf(got(0.051), want, { precision: "f16" })).toMatch(/^1 values over tolerance/);
  });

  test("or on what was asked for", () => {
    expect(STAGE_TOLERANCE).toEqual({ f32: 1e-4, f16: 5e-3 });
    expect(problemOf(got(0.9), want, { tolerance: 0.1 })).toBeUndefined();
    expect(problemOf(got(0.001), want, { precision: "f16", tolerance: 1e-5 })).toMatch(/^1 values over tolerance/);
  });
});

test("a label counts where its lead is beyond rounding", () => {
  // The first pixel's classes change places; they lie 0.03 apart.
  const [want, got] = [stage("logits", 10, 1, 10.03, 7), stage("logits", 10.02, 1, 10.01, 7)];
  expect(problemOf(got, want, { precision: "f16" })).toBeUndefined();
  expect(problemOf(got, want, { tolerance: 5e-3 })).toBe("labels agree on 50.0000 %");
});

test("NaN, another shape and a missing stage are problems", () => {
  const want = stage("neck.0", 1, 2, 3, 4);
  expect(problemOf(stage("neck.0", 1, Number.NaN, 3, 4), want)).toBe("1 values are not finite");
  expect(problemOf(new Map(), want)).toBe("want [1, 2, 1, 2], got nothing");
  const other = new Map([["neck.0", { shape: [4], data: new Float32Array(4) }]]);
  expect(problemOf(other, want)).toBe("want [1, 2, 1, 2], got [4]");
});
