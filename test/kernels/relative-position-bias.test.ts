import { describe, expect, test } from "vitest";
import { relativePositionBias } from "../../src/kernels/relative-position-bias.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { relativePositionBias as reference } from "../reference/relative-position-bias.ts";
import { runFloat } from "../run-kernel.ts";

test("the loop says what BeitRelativePositionBias says", () => {
  // Two patches side by side: the left one's bias for the right one lies a column to the left of the middle.
  const bias = reference([10, 20, 30], [1, 2, 3], { height: 1, width: 2, heads: 1 });
  expect([...bias]).toEqual([3, 1, 1, 2, 20, 10, 2, 30, 20]);
  // One above the other, of two heads, without a class token.
  const two = reference([10, 11, 20, 21, 30, 31], undefined, { height: 2, width: 1, heads: 2 });
  expect([...two]).toEqual([20, 10, 30, 20, 21, 11, 31, 21]);
});

describe("reads each pair's entry", () => {
  const shapes = [
    [1, 1, 1],
    [1, 1, 5],
    [3, 5, 4],
    [5, 3, 3],
    [1, 7, 6],
    [8, 8, 12],
    [7, 11, 2],
    [2, 1, 9],
  ] as const;
  const withToken = shapes.flatMap((shape) => [[...shape, true] as const, [...shape, false] as const]);
  test.each(withToken)("%i×%i patches, %i heads, class token: %s", async (height, width, heads, classToken) => {
    const params = { height, width, heads, classToken };
    const kernel = relativePositionBias({ ...params, precision: "f32" });
    const table = randomNormal((2 * height - 1) * (2 * width - 1) * heads, 1);
    const rows = classToken ? [randomNormal(3 * heads, 2)] : [];
    const got = await runFloat(kernel, table, ...rows);
    // Nothing is computed.
    expectClose(got, reference(table, rows[0], params), kernel.output.shape, 0, kernel.label);
  });

  test("over more than 65,535 workgroups", async () => {
    const params = { height: 1, width: 2049, heads: 1, classToken: false };
    const table = randomNormal(4097, 1);
    const kernel = relativePositionBias({ ...params, precision: "f32" });
    expect(kernel.workgroups[1]).toBeGreaterThan(1);
    expectClose(await runFloat(kernel, table), reference(table, undefined, params), kernel.output.shape, 0);
  });
});

test("plans", () => {
  const params = { height: 24, width: 32, heads: 16, classToken: true, precision: "f32" } as const;
  const kernel = relativePositionBias(params);
  expect(kernel.label).toBe("relativePositionBias 24×32 + 1, 16 heads");
  expect(kernel.inputs.map(({ shape }) => shape)).toEqual([
    [1, 47, 63, 16],
    [3, 16],
  ]);
  expect(kernel.output.shape).toEqual([16, 769, 769]);
  expect(relativePositionBias({ ...params, classToken: false }).inputs).toHaveLength(1);
  const half = relativePositionBias({ ...params, precision: "f16" });
  expect(half.code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(kernel.code);
  expect([...half.inputs, half.output].map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f16"]);
});
