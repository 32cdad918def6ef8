import { expect, test } from "vitest";
import { alignDepth, coarseWindow } from "../../../src/model/windows/align-depth.ts";
import { randomNormal } from "../../random.ts";
import { resize } from "../../reference/resize.ts";

test("finds scale and shift", () => {
  const x = randomNormal(1000, 1, { mean: 5, deviation: 2 });
  const { scale, shift } = alignDepth(
    x,
    x.map((value) => 0.3 * value - 7),
  )!;
  expect(scale).toBeCloseTo(0.3, 6);
  expect(shift).toBeCloseTo(-7, 5);
});

test("no other scale and shift are nearer", () => {
  const x = randomNormal(200, 1, { mean: 5 });
  const noise = randomNormal(200, 2);
  const y = x.map((value, i) => 2 * value + noise[i]!);
  const { scale, shift } = alignDepth(x, y)!;
  const error = (a: number, b: number) => x.reduce((sum, value, i) => sum + (a * value + b - y[i]!) ** 2, 0);
  for (const [a, b] of [
    [1e-3, 0],
    [-1e-3, 0],
    [0, 1e-3],
    [0, -1e-3],
  ] as const) {
    expect(error(scale + a, shift + b)).toBeGreaterThan(error(scale, shift));
  }
});

test("finds none where nothing rises together", () => {
  const x = Float32Array.of(1, 2, 3);
  expect(alignDepth(x, [3, 2, 1])).toBeUndefined();
  expect(alignDepth(x, [4, 4, 4])).toBeUndefined();
  expect(alignDepth([4, 4, 4], x)).toBeUndefined();
});

test("a window of a coarse map is what the whole map is there, resized bilinearly", () => {
  const [width, height, pixels] = [7, 5, 3];
  const depth = randomNormal(width * height, 3);
  const whole = resize(depth, [height, width, 1], [height * pixels, width * pixels], {
    mode: "bilinear",
    alignCorners: false,
  });
  const window = { top: 4, left: 9, width: 12, height: 11 };
  const got = coarseWindow({ width, height, depth, pixels }, window);
  for (const [i, value] of got.entries()) {
    const [y, x] = [window.top + Math.floor(i / window.width), window.left + (i % window.width)];
    expect(value).toBeCloseTo(whole[y * width * pixels + x]!, 5);
  }
});
