import { describe, expect, test } from "vitest";
import { compare } from "../../src/runtime/compare.ts";
import { UsageError } from "../../src/runtime/errors.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

test("finds the worst value and where it is", () => {
  const got = [0, 1, 2, 3, 4, 5.5];
  const want = [0, 1, 2.25, 3, -4, 5];
  expect(compare(got, want, [1, 2, 3], 0.3)).toEqual({
    maxError: 8,
    scale: 5,
    notFinite: 0,
    over: 2,
    at: [0, 1, 1],
    got: 4,
    want: -4,
    ok: false,
  });
});

test("is right up to the tolerance, and not beyond", () => {
  expect(compare([1, 2], [1.5, 2], [2], 0.5).ok).toBe(true);
  expect(compare([1, 2], [1.5, 2], [2], 0.499).ok).toBe(false);
  expect(compare([1, 2], [1, 2], [2], 0)).toMatchObject({ ok: true, maxError: 0, over: 0 });
});

test("takes a tolerance for each value", () => {
  expect(compare([1, 2], [2, 3], [2], [1, 1]).ok).toBe(true);
  expect(compare([1, 2], [2, 3], [2], [1, 0.5])).toMatchObject({ ok: false, over: 1 });
});

describe("what is no number", () => {
  test.each([nan, infinity, -infinity])("%d where one is expected is wrong under any tolerance", (value) => {
    for (const tolerance of [0, 1e30, [1e30, 1e30]]) {
      const c = compare([0, value], [0, 1], [2], tolerance);
      expect(c).toMatchObject({ ok: false, notFinite: 1, over: 1, maxError: infinity, at: [1] });
    }
    expect(compare([0, 1], [0, value], [2], 1e30)).toMatchObject({ ok: false, notFinite: 0, over: 1 });
  });

  test.each([nan, infinity, -infinity])("%d is itself", (value) => {
    expect(compare([value, 1], [value, 1], [2], 0)).toMatchObject({ ok: true, notFinite: 0, maxError: 0 });
  });

  test("infinity of the other sign is wrong", () => {
    expect(compare([-infinity], [infinity], [1], 1).ok).toBe(false);
  });

  test("a tolerance that is NaN lets nothing pass", () => {
    expect(compare([1], [1], [1], nan).ok).toBe(false);
  });

  test("is worse than any number", () => {
    expect(compare([1e30, nan, 3e30], [0, 0, 0], [3], 1).at).toEqual([1]);
  });
});

test.each([
  [[1, 2], [1, 2, 3], [3]],
  [[1, 2, 3], [1, 2], [3]],
  [[1, 2], [1, 2], [3]],
  [[], [], [1]],
])("refuses %j against %j for %j", (got, want, shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const message = `compare: want ${length} values for [${shape}], got ${got.length} against ${want.length}. Give both in that shape.`;
  expect(() => compare(got, want, shape, 1)).toThrow(new UsageError(message));
});

test("nothing agrees with nothing", () => {
  expect(compare([], [], [3, 0], 0)).toMatchObject({ ok: true, maxError: 0, got: 0, want: 0 });
});
