import { expect, test } from "vitest";
import { prependClassToken } from "../../src/kernels/prepend-class-token.ts";
import { packVector } from "../../src/kernels/shared/pack.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { prependClassToken as reference } from "../reference/prepend-class-token.ts";
import { runFloat } from "../run-kernel.ts";

test("the loop puts the class token before each image's", () => {
  expect([...reference([1, 2, 3, 4], [9], [10, 20], 1)]).toEqual([9, 11, 22, 9, 13, 24]);
});

test.each([
  [1, 1, 1, 1],
  [2, 3, 5, 7],
  [3, 1, 4, 8],
  [1, 13, 11, 66],
  [2, 24, 24, 64],
  [5, 96, 99, 356],
] as const)("[%i, %i, %i, %i]", async (batch, height, width, channels) => {
  const kernel = prependClassToken({ batch, height, width, channels, precision: "f32" });
  const x = randomNormal(batch * height * width * channels, 1);
  const classToken = randomNormal(channels, 2);
  const positions = randomNormal(height * width * channels, 3);
  const want = reference(x, classToken, positions, channels);
  const got = await runFloat(kernel, x, packVector(classToken), positions);
  // One addition.
  expectClose(
    got,
    want,
    kernel.output.shape,
    want.map((y) => 2 ** -24 * Math.abs(y)),
    kernel.label,
  );
});

test("one text for equal shapes, f16 storage", () => {
  const params = { batch: 1, height: 24, width: 24, channels: 768, precision: "f32" } as const;
  const kernel = prependClassToken(params);
  expect(kernel.label).toBe("prependClassToken [1, 24, 24, 768]");
  expect(prependClassToken({ ...params }).code).toBe(kernel.code);
  const half = prependClassToken({ ...params, precision: "f16" });
  expect(half.code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(kernel.code.trim());
  expect([...half.inputs, half.output].map(({ dtype }) => dtype)).toEqual(["f16", "f32", "f16", "f16"]);
});
