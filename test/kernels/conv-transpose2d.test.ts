import { describe, expect, test } from "vitest";
import { type ConvTranspose2dParams, convTranspose2d } from "../../src/kernels/conv-transpose2d.ts";
import { packConvTranspose2d, packVector } from "../../src/kernels/shared/pack.ts";
import { expectClose } from "../expect-close.ts";
import { randomNormal } from "../random.ts";
import { convTranspose2d as reference } from "../reference/conv-transpose2d.ts";
import { epilogue } from "../reference/epilogue.ts";
import { runFloat } from "../run-kernel.ts";
import { sumTolerance } from "./sum-tolerance.ts";

type Sizes = Omit<ConvTranspose2dParams, "precision">;

async function check(sizes: Sizes, change: (x: Float32Array) => void = () => {}) {
  const { batch, height, width, channelsIn, channelsOut, size } = sizes;
  const x = randomNormal(batch * height * width * channelsIn, 1);
  const weight = randomNormal(channelsIn * channelsOut * size * size, 2);
  const bias = randomNormal(channelsOut, 3);
  change(x);
  const kernel = convTranspose2d({ ...sizes, precision: "f32" });
  const packed = packConvTranspose2d(weight, channelsIn, channelsOut, size * size);
  const got = await runFloat(kernel, x, packed, packVector(bias, size * size));
  const want = epilogue(reference(x, weight, sizes), channelsOut, { bias });
  const magnitudes = reference(x.map(Math.abs), weight.map(Math.abs), sizes);
  const all = epilogue(magnitudes, channelsOut, { bias: bias.map(Math.abs) });
  expectClose(got, want, kernel.output.shape, sumTolerance(all, channelsIn, want, {}), kernel.label);
}

describe("the loop says what torch.nn.ConvTranspose2d says", () => {
  test("of one channel", () => {
    const sizes = { batch: 1, height: 2, width: 2, channelsIn: 1, channelsOut: 1, size: 2 };
    const y = reference([1, 2, 3, 4], [1, 10, 100, 1000], sizes);
    expect([...y]).toEqual([1, 10, 2, 20, 100, 1000, 200, 2000, 3, 30, 4, 40, 300, 3000, 400, 4000]);
  });

  test("of several: the weight is [in, out, row, column]", () => {
    const sizes = { batch: 1, height: 1, width: 1, channelsIn: 2, channelsOut: 2, size: 1 };
    expect([...reference([1, 10], [1, 2, 3, 4], sizes)]).toEqual([31, 42]);
  });
});

describe("spreads [N, H, W, C] to O windows of a size", () => {
  const shapes = [
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 3, 2],
    [2, 3, 5, 7, 3, 2],
    [3, 2, 3, 4, 4, 4],
    [1, 5, 3, 6, 5, 3],
    [2, 4, 7, 8, 6, 4],
    [1, 7, 13, 5, 8, 2],
    [2, 3, 4, 12, 17, 2],
    [1, 16, 32, 3, 4, 2],
    [1, 19, 27, 4, 7, 4],
    [3, 11, 17, 5, 3, 2],
  ] as const;
  test.each(shapes)("[%i, %i, %i, %i], %i of %i", async (batch, height, width, channelsIn, channelsOut, size) => {
    await check({ batch, height, width, channelsIn, channelsOut, size });
  });

  test("over more than 65,535 workgroups", async () => {
    await check({ batch: 1, height: 1, width: 1, channelsIn: 1, channelsOut: 16 * 65_536 + 1, size: 2 });
  });
});

test.each([4, 7])("keeps what is not finite in its own windows, %i channels", async (channelsIn) => {
  await check({ batch: 2, height: 3, width: 5, channelsIn, channelsOut: 3, size: 2 }, (x) => {
    x.fill(Number.NaN, 4 * channelsIn, 5 * channelsIn);
    x[15 * channelsIn] = Number.POSITIVE_INFINITY;
  });
});

describe("plans", () => {
  const sizes = { batch: 1, height: 30, width: 40, channelsIn: 256, channelsOut: 128, size: 4 };
  const params = { ...sizes, precision: "f32" } as const;

  test("one text for equal shapes", () => {
    const kernel = convTranspose2d(params);
    expect(kernel.label).toBe("convTranspose2d [1,30,40,256] 4×4/4 → 128 + bias");
    expect(kernel.flops).toBe(2 * 30 * 40 * 256 * 16 * 128);
    expect(kernel.inputs.map(({ shape }) => shape)).toEqual([[1, 30, 40, 256], [256, 2048], [2048]]);
    expect(kernel.output.shape).toEqual([1, 120, 160, 128]);
    expect(convTranspose2d({ ...params }).code).toBe(kernel.code);
    expect(convTranspose2d({ ...params, height: 40, width: 30 }).code).not.toBe(kernel.code);
  });

  test("f16 storage with f32 sums and bias", () => {
    const { code, inputs, output } = convTranspose2d({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(convTranspose2d(params).code);
    for (const name of ["x", "weight", "y"]) expect(code).toContain(`${name}: array<vec4<f16>`);
    expect(code).not.toMatch(/var sum.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f32", "f16"]);
  });
});
