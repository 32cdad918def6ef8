import { expect, test } from "vitest";
import { channelsLast } from "../../src/kernels/channels-last.ts";
import { randomNormal } from "../random.ts";
import { channelsLast as reference } from "../reference/channels-last.ts";
import { runFloat } from "../run-kernel.ts";

test.each([
  [1, 1, 1, 1],
  [2, 3, 5, 7],
  [1, 4, 3, 11],
  [3, 6, 13, 5],
  [1, 8, 2, 3],
  [2, 3, 64, 48],
  [1, 3, 2048, 2050],
] as const)("[%i, %i, %i, %i], its last block filled up with zeros", async (batch, channels, height, width) => {
  const kernel = channelsLast({ batch, channels, height, width, precision: "f32" });
  const x = randomNormal(batch * channels * height * width, 1);
  const filled = kernel.output.shape[3]!;
  expect(filled).toBe(4 * Math.ceil(channels / 4));
  const got = await runFloat(kernel, x);
  const want = Float32Array.from(reference(x, [batch, channels, height, width], filled));
  expect(Buffer.from(got.buffer).equals(Buffer.from(want.buffer))).toBe(true);
});

test("one text for equal shapes, f16 storage", () => {
  const params = { batch: 1, channels: 3, height: 384, width: 384, precision: "f32" } as const;
  const kernel = channelsLast(params);
  expect(kernel.label).toBe("channelsLast [1, 3, 384, 384]");
  expect(channelsLast({ ...params }).code).toBe(kernel.code);
  const half = channelsLast({ ...params, precision: "f16" });
  expect(half.code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(kernel.code.trim());
});
