import { describe, expect, test } from "vitest";
import { quantize } from "../../src/kernels/shared/quantize.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { randomNormal } from "../random.ts";
import { dequantize, level } from "../reference/dequantize.ts";

const formats = ["q8", "q4"] as const;

function roundTrip(format: "q8" | "q4", packed: Float32Array, columns: number): Float64Array {
  return dequantize(format, quantize(format, packed, columns, "w"), packed.length / columns, columns);
}

const sumOf = (indices: readonly number[], of: (i: number) => number) => indices.reduce((sum, i) => sum + of(i), 0);

/** √(Σ (a − b)² / Σ a²). */
function relativeError(want: Float32Array, got: Float64Array): number {
  const squares = (values: ArrayLike<number>) => Array.from(values, (v) => v * v).reduce((a, b) => a + b);
  return Math.sqrt(squares(want.map((value, i) => value - got[i]!)) / squares(want));
}

describe("a round trip", () => {
  test.each([
    [4, 4],
    [32, 8],
    [36, 4],
    [100, 12],
    [1024, 20],
  ])("of q8, %i rows of %i columns, errs by half a step of its group", (rows, columns) => {
    const packed = randomNormal(rows * columns, 1);
    const got = roundTrip("q8", packed, columns);
    for (let n = 0; n < columns; n++) {
      for (let first = 0; first < rows; first += 64) {
        const group = Array.from({ length: Math.min(64, rows - first) }, (_, i) => (first + i) * columns + n);
        const largest = Math.max(...group.map((i) => Math.abs(packed[i]!)));
        // Its factor is in f16: off by up to 2^-11, which is 1/16 of a step of the largest.
        for (const i of group) expect(Math.abs(got[i]! - packed[i]!)).toBeLessThanOrEqual((largest / 254) * 1.13);
      }
    }
  });

  test.each([
    [4, 4],
    [32, 8],
    [36, 4],
    [100, 12],
    [1024, 20],
  ])("of q4, %i rows of %i columns, errs nearly as little as any factors allow", (rows, columns) => {
    const packed = randomNormal(rows * columns, 2);
    const got = roundTrip("q4", packed, columns);
    const levels = Array.from({ length: 16 }, (_, i) => level(i - 8));
    let [errors, least] = [0, 0];
    for (let n = 0; n < columns; n++) {
      const scale = Math.max(...packed.filter((_, i) => i % columns === n).map(Math.abs));
      for (let first = 0; first < rows; first += 16) {
        const group = Array.from({ length: Math.min(16, rows - first) }, (_, i) => (first + i) * columns + n);
        const errorOf = (factor: number) =>
          sumOf(group, (i) => Math.min(...levels.map((l) => (packed[i]! - l * factor * scale) ** 2)));
        least += Math.min(...Array.from({ length: 255 }, (_, code) => errorOf(((code - 127) / 127) ** 3)));
        errors += sumOf(group, (i) => (packed[i]! - got[i]!) ** 2);
      }
    }
    expect(errors).toBeGreaterThanOrEqual(least * 0.999);
    expect(errors).toBeLessThan(1.13 * least);
  });

  test("keeps what is on a level", () => {
    // Nearly all codes, and the largest in each group.
    const codes = Float32Array.from({ length: 4 * 320 }, (_, i) =>
      (i >> 2) % 64 === 0 ? 127 : ((i >> 2) % 255) - 127,
    );
    expect(new Set(codes).size).toBeGreaterThan(250);
    for (const [i, value] of roundTrip("q8", codes, 4).entries()) expect(value).toBeCloseTo(codes[i]!, 10);
    // All 16 levels in each column and group, for factors of 1 and about -0.5.
    const levels = Float32Array.from(
      { length: 4 * 64 },
      (_, i) => level(((i >> 2) % 16) - 8) * (i < 128 ? 1 : -((100 / 127) ** 3)),
    );
    for (const [i, value] of roundTrip("q4", levels, 4).entries()) {
      expect(Math.abs(value - levels[i]!)).toBeLessThan(1e-3);
    }
  });

  test("of normal deviates loses what 8 and 4 bits must", () => {
    const packed = randomNormal(1024 * 64, 3);
    expect(relativeError(packed, roundTrip("q8", packed, 64))).toBeLessThan(0.007);
    expect(relativeError(packed, roundTrip("q4", packed, 64))).toBeLessThan(0.085);
  });

  test.each(formats)("of %s is as good for huge and tiny columns, and keeps zeros", (format) => {
    const powers = [1e-30, 1e-6, 1, 1e30, 0, 1, 1e37, 1e-20];
    const normal = randomNormal(64 * 8, 4);
    const packed = normal.map((value, i) => value * powers[i % 8]!);
    const got = roundTrip(format, packed, 8);
    const like = roundTrip(format, normal, 8);
    for (const [i, value] of got.entries()) {
      const want = like[i]! * powers[i % 8]!;
      expect(Math.abs(value - want)).toBeLessThanOrEqual(1e-3 * Math.abs(want));
    }
    expect([...new Float64Array(64)]).toEqual([...roundTrip(format, new Float32Array(64), 8)].map(Math.abs));
  });

  test.each([
    ["q8", 64, 0.01],
    ["q4", 16, 0.1],
  ] as const)("of %s keeps a small group beside a large one in its column", (format, group, error) => {
    const size = 4 * group;
    const powers = [1, 1e-3, 1e-9];
    const packed = randomNormal(3 * size, 5).map((value, i) => value * powers[Math.floor(i / size)]!);
    const got = roundTrip(format, packed, 4);
    const part = (begin: number) => relativeError(packed.slice(begin, begin + size), got.slice(begin, begin + size));
    expect(part(0)).toBeLessThan(error);
    expect(part(size)).toBeLessThan(error);
    // Below 2^-24 of its column a group is nothing beside it.
    expect(Math.max(...got.slice(2 * size).map(Math.abs))).toBeLessThan(1e-7);
  });
});

test.each(formats)("%s of what is not finite is an error that names the weight", (format) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const packed = randomNormal(64 * 8, 6);
    packed[333] = value;
    const call = () => quantize(format, packed, 8, "dpt.some.weight");
    expect(call).toThrow(FileError);
    expect(call).toThrow(`weights: want finite numbers in dpt.some.weight to quantise, got ${value}. Use dtype f32.`);
  }
});
