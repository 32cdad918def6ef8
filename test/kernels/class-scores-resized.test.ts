import { expect, test } from "vitest";
import { composeBands, resizeBand } from "../../src/kernels/bands.ts";
import { classScoresResized } from "../../src/kernels/class-scores-resized.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { applyBands } from "../reference/apply-bands.ts";
import { classScores } from "../reference/class-scores.ts";
import { runFloat } from "../run-kernel.ts";

const ALIGNED = { mode: "bilinear", alignCorners: true } as const;
const HALF_PIXEL = { mode: "bilinear", alignCorners: false } as const;

function twice(size: number, end: number) {
  return composeBands(resizeBand(size, 2 * size, ALIGNED), resizeBand(2 * size, end, HALF_PIXEL));
}

function scoresOf(logits: Float32Array, labels: number, [h, w]: number[], [H, W]: number[]) {
  const [rows, columns] = [twice(h!, H!), twice(w!, W!)];
  const kernel = classScoresResized({ labels, rows, columns, precision: "f32" });
  return runFloat(kernel, logits, rows.start, rows.weights, columns.start, columns.weights);
}

test.each([
  [1, 5, 6, 7, 9, 3],
  [2, 5, 6, 7, 9, 3],
  [3, 1, 1, 1, 1, 3],
  [7, 12, 11, 31, 45, 3],
  [11, 9, 12, 40, 37, 0.01],
  [150, 6, 5, 9, 14, 3],
  [152, 6, 5, 9, 14, 30],
  [257, 4, 3, 9, 5, 1],
  [7, 24, 2, 1, 50, 3],
  [6, 20, 200, 5, 4, 3],
  [4, 200, 20, 4, 5, 100],
])("%i classes, %i×%i to %i×%i, logits of deviation %d", async (labels, h, w, H, W, deviation) => {
  const logits = randomNormal(h * w * labels, labels, { deviation });
  const want = classScores(applyBands(logits, labels, twice(h, H), twice(w, W)), labels);
  const got = await scoresOf(logits, labels, [h, w], [H, W]);
  // A logit errs by some roundings of its magnitude, and moves a probability by a quarter of that at most; the entropy's
  // slope is below 1 for those of ln 257 nats.
  const tolerance = 2e-6 * (1 + deviation);
  for (const [plane, name] of (["confidence", "margin", "entropy"] as const).entries()) {
    expectClose(got.subarray(plane * H * W, (plane + 1) * H * W), want[name], [H, W], tolerance, name);
  }
});

test("of equal logits: all probabilities are one in the number of classes, whatever the logits", async () => {
  for (const value of [0, -5e4, 3e4, 1e20]) {
    const got = await scoresOf(new Float32Array(4 * 6).fill(value), 6, [2, 2], [3, 3]);
    const want = [1 / 6, 0, Math.log(6)].flatMap((score) => new Array(9).fill(score));
    expectClose(got, want, [3, 3, 3], 1e-6, `logits of ${value}`);
  }
});

test("of a class far ahead: nothing is left for the others, and no entropy", async () => {
  const logits = new Float32Array(4 * 5).map((_, i) => (i % 5 === 3 ? 500 : -500));
  const got = await scoresOf(logits, 5, [2, 2], [3, 3]);
  expect([...got]).toEqual([...new Array(18).fill(1), ...new Array(9).fill(0)]);
});
