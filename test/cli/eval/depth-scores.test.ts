import { expect, test } from "vitest";
import { alignedDepth, alignment, depthScores, meanScores, validPixels } from "../../../cli/eval/depth-scores.ts";

test("pixels count where the truth is finite, above 0 and in the range", () => {
  const truth = [0, 1, Number.NaN, Number.POSITIVE_INFINITY, 5, 11, -2];
  expect(validPixels(truth, { least: 0.001, most: 10 })).toEqual([1, 4]);
  expect(validPixels(truth, { least: 0.001, most: Number.POSITIVE_INFINITY })).toEqual([1, 4, 5]);
});

test("AbsRel, RMSE and δ1 of a picture, and their means", () => {
  const scores = depthScores([1, 3, 99, 2], [2, 3, 1, 1.7], [0, 1, 3]);
  expect(scores.absRel).toBeCloseTo((0.5 + 0 + 0.3 / 1.7) / 3, 12);
  expect(scores.rmse).toBeCloseTo(Math.sqrt((1 + 0.09) / 3), 12);
  expect(scores.delta1).toBeCloseTo(2 / 3, 12);
  expect(depthScores([-1], [1], [0]).delta1).toBe(0);
  expect(depthScores([1.25], [1], [0]).delta1).toBe(0);
  const other = { absRel: 0, rmse: 1, delta1: 1, pixels: 1 };
  expect(meanScores([scores, other])).toEqual({
    absRel: scores.absRel / 2,
    rmse: (scores.rmse + 1) / 2,
    delta1: (scores.delta1 + 1) / 2,
    pixels: 4,
  });
});

test("the fit is the one of least squares", () => {
  const values = [1, 2, 4, 100];
  const target = [3.1, 4.9, 9, -7];
  const pixels = [0, 1, 2];
  const { scale, shift } = alignment(values, (i) => target[i]!, pixels);
  const loss = (a: number, b: number) => pixels.reduce((sum, i) => sum + (a * values[i]! + b - target[i]!) ** 2, 0);
  for (const [da, db] of [
    [1e-4, 0],
    [-1e-4, 0],
    [0, 1e-4],
    [0, -1e-4],
  ] as const) {
    expect(loss(scale + da, shift + db)).toBeGreaterThan(loss(scale, shift));
  }
  expect(alignment([5, 5], (i) => i, [0, 1])).toEqual({ scale: 0, shift: 0.5 });
});

test("inverse depth of any scale and shift comes out as the truth, and never behind the viewer", () => {
  const truth = [1, 2, 4, 8];
  const inverse = truth.map((metres) => 7 / metres - 3);
  for (const [i, metres] of alignedDepth(inverse, truth, [0, 1, 2, 3], 10).entries()) {
    expect(metres).toBeCloseTo(truth[i]!, 10);
  }
  expect(alignedDepth([...inverse, -4], truth, [0, 1, 2, 3], 10)[4]).toBeCloseTo(10, 10);
});
