import { describe, expect, test } from "vitest";
import { type MaxPool2dParams, maxPool2d } from "../../src/kernels/max-pool2d.ts";
import { perSide } from "../../src/kernels/shared/padding.ts";
import { samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { randomNormal } from "../random.ts";
import { maxPool2d as reference } from "../reference/max-pool2d.ts";
import { runFloat } from "../run-kernel.ts";

type Params = Omit<MaxPool2dParams, "precision">;

async function check(params: Params, change: (x: Float32Array) => void = () => {}) {
  const { batch, height, width, channels } = params;
  const x = randomNormal(batch * height * width * channels, 1, { mean: -1 });
  change(x);
  const got = await runFloat(maxPool2d({ ...params, precision: "f32" }), x);
  // One of the numbers themselves; `findIndex`, since millions are too many for toEqual.
  const want = reference(x, params);
  expect(got.length).toBe(want.length);
  expect(got.findIndex((y, i) => !Object.is(y, want[i]))).toBe(-1);
}

test("the loop says what torch.nn.MaxPool2d says of a map padded with zeros", () => {
  const sizes = { batch: 1, height: 2, width: 3, channels: 1, size: 3, stride: 2 };
  const padding = { top: 0, bottom: 1, left: 1, right: 1 };
  expect([...reference([-5, -4, 7, -3, -2, -1], { ...sizes, padding })]).toEqual([0, 7]);
  expect([...reference([-5, -4, 7, -3, -2, -1], { ...sizes, size: 2, stride: 1, padding: perSide(0) })]).toEqual([
    -2, 7,
  ]);
});

describe("takes the largest of each window of [N, H, W, C]", () => {
  test.each([
    [1, 1, 1, 1, 3, 2],
    [2, 5, 8, 3, 3, 2],
    [1, 8, 5, 4, 3, 2],
    [3, 7, 9, 12, 3, 2],
    [1, 13, 11, 5, 2, 3],
    [2, 32, 24, 64, 3, 2],
    [1, 6, 7, 8, 5, 1],
  ])("[%i, %i, %i, %i] %i/%i, padded as SAME", async (batch, height, width, channels, size, stride) => {
    const padding = samePadding(height, width, size, stride);
    await check({ batch, height, width, channels, size, stride, padding });
  });

  test("without zeros, and with some on one side", async () => {
    const sizes = { batch: 2, height: 9, width: 7, channels: 6, size: 3, stride: 2 };
    await check({ ...sizes, padding: perSide(0) });
    await check({ ...sizes, padding: { top: 2, bottom: 0, left: 0, right: 1 } });
  });

  test("over more than 65,535 workgroups", async () => {
    // Each of them takes 64 blocks of channels, here of one.
    const sizes = { batch: 1, height: 2048, width: 2050, channels: 1, size: 1, stride: 1 };
    await check({ ...sizes, padding: perSide(0) });
  });
});

test.each([4, 5])("keeps what is not finite in its windows, %i channels", async (channels) => {
  const sizes = { batch: 2, height: 6, width: 8, channels, size: 3, stride: 2, padding: samePadding(6, 8, 3, 2) };
  await check(sizes, (x) => {
    x[0] = Number.NaN;
    x[channels - 1] = Number.NEGATIVE_INFINITY;
    x[x.length - 1] = Number.NaN;
    x[(48 + 20) * channels + 1] = Number.POSITIVE_INFINITY;
    // A NaN before a larger number of its window.
    x[27 * channels] = Number.NaN;
    x[28 * channels] = 9;
  });
});

test("one text for equal shapes, f16 storage", () => {
  const params = { batch: 1, height: 192, width: 192, channels: 64, size: 3, stride: 2 } as const;
  const same = { ...params, padding: samePadding(192, 192, 3, 2), precision: "f32" } as const;
  const kernel = maxPool2d(same);
  expect(kernel.label).toBe("maxPool2d [1,192,192,64] 3×3/2");
  expect(kernel.output.shape).toEqual([1, 96, 96, 64]);
  expect(maxPool2d({ ...same }).code).toBe(kernel.code);
  expect(maxPool2d({ ...same, padding: { ...same.padding, top: 1, bottom: 0 } }).code).not.toBe(kernel.code);
  const half = maxPool2d({ ...same, precision: "f16" });
  expect(half.code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(kernel.code.trim());
  expect([...half.inputs, half.output].map(({ dtype }) => dtype)).toEqual(["f16", "f16"]);
});
