import { describe, expect, test } from "vitest";
import { type Conv2dParams, conv2d } from "../../src/kernels/conv2d.ts";
import { packConv2d } from "../../src/kernels/shared/pack.ts";
import { type Padding, perSide, windowed } from "../../src/kernels/shared/padding.ts";
import { endPadding, samePadding } from "../../src/kernels/shared/uneven-padding.ts";
import { randomNormal } from "../random.ts";
import { conv2d as reference } from "../reference/conv2d.ts";
import { checkProduct } from "./check-product.ts";

type Params = Omit<Conv2dParams, "precision">;

async function check(params: Params, change: (x: Float32Array) => void = () => {}) {
  const { batch, height, width, channelsIn, channelsOut, size, relu } = params;
  const x = randomNormal(batch * height * width * channelsIn, 1);
  const weight = randomNormal(channelsOut * channelsIn * size * size, 2);
  change(x);
  await checkProduct({
    kernel: conv2d({ ...params, precision: "f32" }),
    x,
    weight,
    packed: packConv2d(weight, channelsOut, channelsIn, size * size),
    reference: (x, weight) => reference(relu ? x.map((value) => Math.max(0, value)) : x, weight, params),
    depth: size * size * channelsIn,
    epilogue: params,
  });
}

describe("the loop says what torch.nn.Conv2d says", () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const sizes = { batch: 1, height: 3, width: 3, channelsIn: 1, channelsOut: 1, size: 3, stride: 1, padding: 1 };

  test("of ones", () => {
    const y = reference(image, Array(9).fill(1), sizes);
    expect([...y]).toEqual([12, 21, 16, 27, 45, 33, 24, 39, 28]);
  });

  test("of one tap: rows come before columns, and nothing is flipped", () => {
    const right = reference(image, [0, 0, 0, 0, 0, 1, 0, 0, 0], sizes);
    expect([...right]).toEqual([2, 3, 0, 5, 6, 0, 8, 9, 0]);
  });

  test("with a stride and two channels", () => {
    const two = { ...sizes, height: 2, width: 4, channelsIn: 2, channelsOut: 2, size: 1, stride: 2, padding: 0 };
    const x = Array.from({ length: 16 }, (_, i) => i);
    // Pixels (0, 0) and (0, 2): channels 0 1 and 4 5.
    expect([...reference(x, [1, 10, 100, 0], two)]).toEqual([10, 0, 54, 400]);
  });
});

const SIDES = { top: 0, bottom: 1, left: 2, right: 0 };

describe("convolves [N, H, W, C] with O windows of a size and stride", () => {
  // Tiles have 1 row below 16 output pixels, 4 below 512, then 8; 4 columns up to O = 4, then 8.
  const shapes = [
    [1, 1, 1, 1, 1, 3, 1],
    [3, 1, 5, 7, 3, 1, 1],
    [1, 3, 5, 5, 4, 3, 1],
    [2, 5, 3, 4, 5, 5, 1],
    [1, 7, 11, 8, 64, 3, 2],
    [2, 9, 6, 3, 13, 3, 3],
    [1, 13, 17, 4, 8, 3, 4],
    [2, 12, 7, 5, 9, 1, 2],
    [3, 4, 4, 6, 65, 3, 1],
    [1, 23, 31, 3, 4, 3, 1],
    [2, 16, 17, 4, 20, 3, 1],
    [1, 32, 16, 8, 5, 5, 1],
    [3, 13, 40, 5, 33, 1, 1],
    [2, 33, 37, 4, 6, 3, 2],
    [1, 512, 1, 4, 8, 3, 1],
    [1, 1, 511, 7, 4, 3, 1],
  ] as const;
  test.each(shapes)(
    "[%i, %i, %i, %i], %i of %i/%i",
    async (batch, height, width, channelsIn, channelsOut, size, stride) => {
      const padding = (size - 1) / 2;
      await check({ batch, height, width, channelsIn, channelsOut, size, stride, padding });
    },
  );

  test.each([
    [3, 0],
    [3, 2],
    [2, 0],
    [2, 1],
  ])("window %i with padding %i", async (size, padding) => {
    await check({ batch: 2, height: 5, width: 8, channelsIn: 3, channelsOut: 6, size, stride: 2, padding });
  });

  test.each([
    [7, 2, samePadding(11, 14, 7, 2)],
    [3, 2, samePadding(10, 13, 3, 2)],
    [4, 4, endPadding(9, 14, 4, 4)],
    [3, 2, SIDES],
    [5, 1, { ...SIDES, top: 3, left: 0, right: 4 }],
  ])("window %i/%i with %o zeros", async (size, stride, padding) => {
    const [height, width] = size === 7 ? [11, 14] : [10, 13];
    await check({ batch: 2, height, width, channelsIn: 3, channelsOut: 6, size, stride, padding });
    await check({ batch: 1, height: 17, width: 18, channelsIn: 8, channelsOut: 12, size, stride, padding });
  });

  test("over more than 65,535 workgroups", async () => {
    const channelsOut = 64 * 65_536 + 1;
    await check({ batch: 1, height: 1, width: 1, channelsIn: 1, channelsOut, size: 1, stride: 1, padding: 0 });
  });
});

describe("a ReLU before, an activation and residuals behind", () => {
  const sizes = { batch: 2, height: 5, width: 4, size: 3, stride: 1, padding: 1 };
  test.each([
    [4, 8],
    [5, 7],
  ])("%i to %i channels", async (channelsIn, channelsOut) => {
    const unit = { ...sizes, channelsIn, channelsOut, relu: true } as const;
    await check(unit);
    await check({ ...unit, bias: "channel", activation: "relu" });
    await check({ ...unit, bias: "channel", residuals: 2 });
    await check({ ...unit, bias: "image", activation: "gelu", scale: 3, residuals: 1 });
    await check({ ...unit, height: 16, width: 17, activation: "sigmoid", scale: 20 });
  });
});

describe("keeps what is not finite in its windows", () => {
  // Taps outside the image are aimed at its first pixel and must not let that one in. With 5 channels rows do not start
  // at a multiple of 4, and the numbers after a pixel's are the next one's.
  test.each([4, 5])("%i channels", async (channelsIn) => {
    for (const [height, width] of [
      [5, 6],
      [17, 16],
    ] as const) {
      const sizes = { batch: 2, height, width, channelsIn, channelsOut: 6, size: 3, stride: 1, padding: 1 };
      await check(sizes, (x) => {
        x[0] = Number.NaN;
        x[height * width * channelsIn - 1] = Number.NaN;
        x[(2 * height * width - width) * channelsIn] = Number.POSITIVE_INFINITY;
      });
      // A ReLU does not make a number of NaN.
      await check({ ...sizes, relu: true, activation: "relu" }, (x) => {
        x[width * channelsIn] = Number.NaN;
      });
    }
  });
});

describe("plans", () => {
  const params = {
    batch: 1,
    height: 120,
    width: 120,
    channelsIn: 256,
    channelsOut: 256,
    size: 3,
    stride: 1,
    padding: 1,
    relu: true,
    bias: "channel",
    residuals: 1,
    precision: "f32",
  } as const;

  test("sizes as torch.nn.Conv2d has them", () => {
    const rows = (height: number, size: number, stride: number, padding: number) =>
      windowed({ height, width: 9 }, { size, stride }, perSide(padding))[0];
    expect([rows(24, 3, 2, 1), rows(25, 3, 2, 1), rows(5, 3, 4, 1), rows(7, 7, 1, 0)]).toEqual([12, 13, 2, 1]);
    expect(windowed({ height: 5, width: 6 }, { size: 3, stride: 1 }, SIDES)).toEqual([4, 6]);
    const { inputs, output } = conv2d({ ...params, batch: 2, height: 5, width: 9, channelsIn: 6, stride: 2 });
    expect(inputs.map(({ shape }) => shape)).toEqual([[2, 5, 9, 6], [9 * 8, 256], [256], [2, 3, 5, 256]]);
    expect(output.shape).toEqual([2, 3, 5, 256]);
  });

  test("zeros at the end, to a multiple of the stride", () => {
    expect(endPadding(7, 8, 4, 4)).toEqual({ top: 0, left: 0, bottom: 1, right: 0 });
    expect(endPadding(9, 1, 4, 4)).toEqual({ top: 0, left: 0, bottom: 3, right: 3 });
  });

  test("zeros as TensorFlow's SAME has them", () => {
    const sides = ({ top, bottom, left, right }: Padding) => [top, bottom, left, right];
    expect(sides(samePadding(384, 97, 7, 2))).toEqual([2, 3, 3, 3]);
    expect(sides(samePadding(192, 49, 3, 2))).toEqual([0, 1, 1, 1]);
    expect(sides(samePadding(24, 25, 1, 2))).toEqual([0, 0, 0, 0]);
    expect(sides(samePadding(24, 25, 3, 1))).toEqual([1, 1, 1, 1]);
    expect(sides(samePadding(5, 1, 2, 1))).toEqual([0, 1, 0, 1]);
  });

  test("one text for equal shapes", () => {
    const kernel = conv2d(params);
    expect(kernel.label).toBe("conv2d [1,120,120,256] 3×3 → 256 relu in + bias + 1 residual");
    expect(conv2d({ ...params, stride: 2 }).label).toBe(
      "conv2d [1,120,120,256] 3×3/2 → 256 relu in + bias + 1 residual",
    );
    expect(kernel.flops).toBe(2 * 120 * 120 * 9 * 256 * 256);
    expect(conv2d({ ...params }).code).toBe(kernel.code);
    const others = [
      { relu: false },
      { padding: 0 },
      { padding: { top: 1, bottom: 1, left: 0, right: 2 } },
      { stride: 2 },
      { height: 60, width: 240 },
      { residuals: 2 },
    ] as const;
    const codes = others.map((other) => conv2d({ ...params, ...other }).code);
    expect(new Set([kernel.code, ...codes]).size).toBe(others.length + 1);
  });

  test("f16 storage with f32 sums and bias", () => {
    const { code, inputs, output } = conv2d({ ...params, precision: "f16" });
    expect(code).toMatch(/^enable f16;/);
    expect(code.replace("enable f16;", "").replaceAll("f16", "f32").trim()).toBe(conv2d(params).code);
    for (const name of ["x", "weight", "residual0", "y"]) expect(code).toContain(`${name}: array<vec4<f16>`);
    expect(code).not.toMatch(/var sum.*f16/);
    expect([...inputs, output].map(({ dtype }) => dtype)).toEqual(["f16", "f16", "f32", "f16", "f16"]);
  });
});
