import { expect, test } from "vitest";
import { byteLength, describeTensor, elementCount, sameSpec } from "../../../src/runtime/graph/tensor.ts";

test("counts elements, one for a scalar", () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([2, 3, 5])).toBe(30);
  expect(elementCount([4, 0, 5])).toBe(0);
});

test.each([
  [[], "f32", 16],
  [[4], "f32", 16],
  [[5], "f32", 32],
  [[2, 901, 7], "f32", 50_464],
  [[9], "f16", 32],
  [[8], "f16", 16],
  [[17], "u8", 32],
  [[9], "u16", 32],
  [[5], "u32", 32],
  [[5], "i32", 32],
] as const)("%j %s takes %i bytes: whole vec4", (shape, dtype, bytes) => {
  expect(byteLength({ shape, dtype })).toBe(bytes);
});

test("is described as errors and labels have it", () => {
  expect(describeTensor({ shape: [1, 901, 1024], dtype: "f16" })).toBe("[1, 901, 1024] f16");
});

test("is the same by type and every size", () => {
  const spec = { shape: [2, 3], dtype: "f32" } as const;
  expect(sameSpec(spec, { shape: [2, 3], dtype: "f32" })).toBe(true);
  expect(sameSpec(spec, { shape: [2, 3], dtype: "f16" })).toBe(false);
  expect(sameSpec(spec, { shape: [3, 2], dtype: "f32" })).toBe(false);
  expect(sameSpec(spec, { shape: [2, 3, 1], dtype: "f32" })).toBe(false);
  expect(sameSpec(spec, { shape: [2], dtype: "f32" })).toBe(false);
});
