import { describe, expect, test } from "vitest";
import { packConv2d, packedShape } from "../../src/kernels/shared/pack.ts";
import { quantize } from "../../src/kernels/shared/quantize.ts";
import { QUANTIZED_STORAGE } from "../../src/kernels/shared/quantized-storage.ts";
import { WINOGRAD, winogradFilters, winogradPoints } from "../../src/kernels/shared/winograd-transforms.ts";
import { winogradWeight } from "../../src/kernels/winograd-weight.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { dequantize } from "../reference/dequantize.ts";
import { winogradWeight as reference } from "../reference/winograd.ts";
import { runFloat } from "../run-kernel.ts";
import { sumTolerance } from "./sum-tolerance.ts";

const formats = ["f32", "q8", "q4"] as const;

describe.each([2, 4] as const)("tiles of side %i", (side) => {
  // Groups of rows that share a factor end inside of a tap, and at one.
  const shapes = [
    [1, 1],
    [4, 4],
    [5, 7],
    [33, 12],
    [70, 65],
    [64, 260],
  ] as const;
  describe.each(shapes)("%i channels to %i", (channelsIn, channelsOut) => {
    test.each(formats)("of %s", async (format) => {
      const packed = packConv2d(randomNormal(channelsOut * channelsIn * 9, 1), channelsOut, channelsIn, 9);
      const [rows, columns] = packedShape(9, channelsIn, channelsOut) as [number, number];
      const quantized = format === "f32" ? undefined : QUANTIZED_STORAGE[format];
      const words = quantized && quantize(quantized.format, packed, columns, "weight");
      const values = words ? dequantize(quantized!.format, words, rows, columns) : Float64Array.from(packed);
      const filters = packed.length / 9;
      const kernel = winogradWeight({ side, channelsIn, channelsOut, quantized });
      const want = reference(values, filters, WINOGRAD[side]);
      const magnitudes = reference(values.map(Math.abs), filters, {
        filter: WINOGRAD[side].filter.map((row) => row.map(Math.abs)),
      });
      // A sum of nine products, each of a number that has been unpacked by up to eight roundings.
      const tolerance = sumTolerance(magnitudes, 9 + 8, want, {});
      expectClose(await runFloat(kernel, words ?? packed), want, kernel.output.shape, tolerance, kernel.label);
    });
  });

  test("is what is made while weights load", async () => {
    const weight = randomNormal(6 * 5 * 9, 2);
    const want = packConv2d(winogradFilters(weight, side), 6, 5, winogradPoints(side));
    const kernel = winogradWeight({ side, channelsIn: 5, channelsOut: 6 });
    const got = await runFloat(kernel, packConv2d(weight, 6, 5, 9));
    const largest = want.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(got).toHaveLength(want.length);
    expectClose(got, want, kernel.output.shape, 1e-6 * largest);
  });
});
