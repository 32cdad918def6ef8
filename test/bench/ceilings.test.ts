import { expect, test, vi } from "vitest";
import { arithmeticCeiling, roofline } from "../../bench/ceilings/ceilings.ts";
import { COPY_BLOCK, copy, pickNumbers, ramp, rampNumber } from "../../bench/ceilings/copy.ts";
import { MULTIPLY_ADD_INPUT, multiplyAdd, multiplyAddSum } from "../../bench/ceilings/multiply-add.ts";
import { subgroupMatrix, subgroupMatrixSum } from "../../bench/ceilings/subgroup-matrix.ts";
import { timeRepeats } from "../../bench/ceilings/time-repeats.ts";
import { runFloat } from "../run-kernel.ts";

const numbers = 3 * COPY_BLOCK;

test("a ramp counts, and begins again at 2^20", async () => {
  const length = 2 ** 20 + COPY_BLOCK;
  const got = await runFloat(ramp(length));
  expect(got.findIndex((value, i) => value !== rampNumber(i))).toBe(-1);
  expect(rampNumber(2 ** 20 + 5)).toBe(5);
});

test("a copy is the same, and says what it moves", async () => {
  const x = Float32Array.from({ length: numbers }, (_, i) => i - 0.5);
  expect(await runFloat(copy(numbers), x)).toEqual(x);
});

test("numbers are picked at equal distances", async () => {
  const x = Float32Array.from({ length: numbers }, (_, i) => i);
  const got = await runFloat(pickNumbers(numbers, 100), x);
  expect([...got]).toEqual(Array.from({ length: 100 }, (_, i) => i * Math.floor(numbers / 100)));
});

test.each([1, 2, 8])("multiply-adds of %i vec4 do every step", async (sums) => {
  const params = { precision: "f32", sums, workgroups: 2 } as const;
  const kernel = multiplyAdd(params);
  const got = await runFloat(kernel, MULTIPLY_ADD_INPUT);
  expect(got).toHaveLength(512);
  expect([...got]).toEqual(Array.from(got, (_, id) => multiplyAddSum(id, params)));
  // A multiply-add is two operations; a step adds 1 to each number.
  const perInvocation = kernel.flops / got.length;
  const twice = await runFloat(kernel, Float32Array.of(1, 2, 0, 0));
  expect(twice[0]! - got[0]!).toBe(perInvocation / 2);
});

test("the text of subgroup matrices follows the shape", () => {
  const config = { componentType: "f16", resultComponentType: "f32", M: 16, N: 8, K: 32 };
  const { code, flops, output } = subgroupMatrix(config, 64, 3);
  expect(code).toContain("subgroup_matrix_left<f16, 32, 16>");
  expect(code).toContain("subgroup_matrix_right<f16, 8, 32>");
  expect(code).toContain("subgroup_matrix_result<f32, 8, 16>");
  expect(code).toContain("@workgroup_size(128)");
  expect(output.shape).toEqual([3, 2]);
  // Each element of each of the 8 sums grows by 1 a product: 2 · K operations.
  const products = (subgroupMatrixSum(config, 1) - 16 * 8 * 28) / (16 * 8);
  expect(flops).toBe(2 * 16 * 8 * 32 * products * 3);
});

const ceilings = {
  bandwidth: 100,
  f32: 1000,
  f16: 1500,
  matrices: [
    { componentType: "f16", resultComponentType: "f32", M: 16, N: 16, K: 16, rate: 8000 },
    { componentType: "f32", resultComponentType: "f32", M: 8, N: 8, K: 8, rate: 900 },
  ],
};

test("the fastest unit that takes the operands is the ceiling", () => {
  expect(arithmeticCeiling(ceilings, "f16")).toBe(8000);
  expect(arithmeticCeiling(ceilings, "f32")).toBe(1000);
  expect(arithmeticCeiling({ bandwidth: 1, f32: 5, matrices: [] }, "f16")).toBe(5);
});

test("the roofline is arithmetic's or memory's, whichever is less", () => {
  expect(roofline(ceilings, "f32", { flops: 50, bytes: 10 })).toBe(500);
  expect(roofline(ceilings, "f32", { flops: 500, bytes: 10 })).toBe(1000);
});

test("time is the difference of two runs", async () => {
  const runs: number[] = [];
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  const open = async (times: number) => ({
    async run() {
      runs.push(times);
      // What a submit costs whatever is in it, and a part that grows with it.
      now += 30 + 10 * times;
      return new ArrayBuffer(4);
    },
    dispose() {},
  });
  const { seconds } = await timeRepeats(open, () => {});
  clock.mockRestore();
  expect(seconds).toBeCloseTo(0.01, 9);
  expect(runs.at(-1)).toBe(2 * runs.at(-2)!);
});

test("what is wrong is not timed", async () => {
  const open = async () => ({ run: async () => new ArrayBuffer(4), dispose() {} });
  const check = () => {
    throw new Error("wrong");
  };
  await expect(timeRepeats(open, check)).rejects.toThrow("wrong");
});
