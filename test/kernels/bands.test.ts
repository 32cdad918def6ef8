import { expect, test } from "vitest";
import { antialiasedBand } from "../../src/kernels/antialiased-band.ts";
import { type Band, composeBands, type ResizeMode, resizeBand } from "../../src/kernels/bands.ts";
import { InternalError } from "../../src/runtime/errors.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { resize, resizeAntialiased } from "../reference/resize.ts";

const SIZES = [1, 2, 3, 5, 8, 13, 48, 97] as const;
const WAYS = (["bilinear", "bicubic"] as const).flatMap((mode) =>
  [false, true].map((alignCorners) => ({ mode, alignCorners })),
);

/** The band times x, in double precision. */
function apply({ outSize, taps, start, weights }: Band, x: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: outSize }, (_, o) => {
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += weights[o * taps + k]! * x[start[o]! + k]!;
    return sum;
  });
}

function expectInside({ inSize, outSize, taps, start, weights }: Band) {
  expect(start.length).toBe(outSize);
  expect(weights.length).toBe(outSize * taps);
  for (const first of start) expect(first + taps).toBeLessThanOrEqual(inSize);
}

const line = (
  x: ArrayLike<number>,
  inSize: number,
  outSize: number,
  way: { mode: ResizeMode; alignCorners: boolean },
) => resize(x, [1, inSize, 1], [1, outSize], way);

test.each(WAYS)("is one axis of interpolate: %o", (way) => {
  for (const inSize of SIZES) {
    for (const outSize of SIZES) {
      const x = randomNormal(inSize, inSize + outSize);
      const band = resizeBand(inSize, outSize, way);
      expectInside(band);
      expectClose(apply(band, x), line(x, inSize, outSize, way), [outSize], 2e-5, `${inSize} → ${outSize}`);
    }
  }
});

test("is one axis of interpolate with antialias", () => {
  for (const inSize of SIZES) {
    for (const outSize of SIZES) {
      const x = randomNormal(inSize, inSize + outSize);
      const band = antialiasedBand(inSize, outSize);
      expectInside(band);
      const want = resizeAntialiased(x, [1, inSize, 1], [1, outSize]);
      expectClose(apply(band, x), want, [outSize], 2e-5, `${inSize} → ${outSize}`);
    }
  }
  // 4 → 2 by hand: the centres 1 and 3 see pixels at distances of 1/2 and 3/2 of a triangle of half width 2.
  expect([...antialiasedBand(4, 2).weights]).toEqual([3, 3, 1, 1, 3, 3].map((weight) => Math.fround(weight / 7)));
});

test("is PyTorch's, by hand", () => {
  // 2 → 4, half pixel: positions -1/4 (clamped), 1/4, 3/4, 5/4 (clamped).
  const half = resizeBand(2, 4, { mode: "bilinear", alignCorners: false });
  expect([...half.weights]).toEqual([1, 0, 0.75, 0.25, 0.25, 0.75, 0, 1]);
  // 3 → 5, corners aligned: positions 0, 1/2, 1, 3/2, 2.
  const aligned = resizeBand(3, 5, { mode: "bilinear", alignCorners: true });
  expect([...apply(aligned, [1, 10, 100])]).toEqual([1, 5.5, 10, 55, 100]);
  // Bicubic with a = -3/4 half way between pixels: -3/32, 19/32, 19/32, -3/32; taps beyond the border fall on it.
  const cubic = resizeBand(4, 2, { mode: "bicubic", alignCorners: false });
  expect([...cubic.start]).toEqual([0, 1]);
  expect([...cubic.weights]).toEqual([16, 19, -3, -3, 19, 16].map((w) => w / 32));
});

test("leaves alone what has its size", () => {
  for (const way of WAYS) {
    const { taps, start, weights } = resizeBand(5, 5, way);
    expect(taps).toBe(1);
    expect([...start]).toEqual([0, 1, 2, 3, 4]);
    expect([...weights]).toEqual([1, 1, 1, 1, 1]);
  }
});

test.each(["bilinear", "bicubic"] as const)("composes with %s to what two resizings do", (mode) => {
  for (const [inSize, middle, outSize] of [
    [24, 48, 97],
    [48, 96, 31],
    [7, 14, 14],
    [9, 9, 40],
    [1, 2, 5],
    [3, 6, 1],
    [16, 5, 33],
    [240, 480, 360],
  ] as const) {
    const first = { mode: "bilinear", alignCorners: true } as const;
    const second = { mode, alignCorners: false };
    const x = randomNormal(inSize, inSize);
    const band = composeBands(resizeBand(inSize, middle, first), resizeBand(middle, outSize, second));
    expectInside(band);
    const want = line(line(x, inSize, middle, first), middle, outSize, second);
    expectClose(apply(band, x), want, [outSize], 5e-5, `${inSize} → ${middle} → ${outSize}`);
  }
});

test("has few taps: doubling, then bilinear to any size, reads 3 numbers an axis", () => {
  for (const size of [120, 224, 360, 480, 640, 1000]) {
    const doubled = resizeBand(240, 480, { mode: "bilinear", alignCorners: true });
    const taps = (mode: ResizeMode) => composeBands(doubled, resizeBand(480, size, { mode, alignCorners: false })).taps;
    expect(taps("bilinear")).toBeLessThanOrEqual(3);
    expect(taps("bicubic")).toBeLessThanOrEqual(4);
  }
});

test("refuses bands that do not meet", () => {
  const band = resizeBand(4, 8, { mode: "bilinear", alignCorners: true });
  expect(() => composeBands(band, band)).toThrow(InternalError);
});
