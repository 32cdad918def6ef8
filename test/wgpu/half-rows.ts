import { describe, test } from "vitest";
import { cosineWindows } from "../../src/kernels/cosine-windows.ts";
import { depthFromBins } from "../../src/kernels/depth-from-bins.ts";
import { layerNorm } from "../../src/kernels/layer-norm.ts";
import { prependClassToken } from "../../src/kernels/prepend-class-token.ts";
import { packVector } from "../../src/kernels/shared/pack.ts";
import { swiglu } from "../../src/kernels/swiglu.ts";
import { unitVectors } from "../../src/kernels/unit-vectors.ts";
import { expectClose } from "../expect-close.ts";
import { checkGroupNorm } from "../kernels/check-group-norm.ts";
import { randomNormal } from "../random.ts";
import { cosineWindows as cosineWindowsLoop } from "../reference/cosine-windows.ts";
import { depthFromBins as binsLoop } from "../reference/depth-from-bins.ts";
import { layerNorm as layerNormLoop } from "../reference/layer-norm.ts";
import { prependClassToken as prependLoop } from "../reference/prepend-class-token.ts";
import { swiglu as swigluLoop } from "../reference/swiglu.ts";
import { unitVectors as unitLoop } from "../reference/unit-vectors.ts";
import { type HalfRunner, half } from "./half-runner.ts";

const precision = "f16";

/** What goes through rows of channels: norms, gates, vectors, in f16. */
export function testHalfRows({ check, run }: HalfRunner): void {
  describe("f16 storage", () => {
    test.each([
      [17, 63],
      [5, 1024],
    ])("layerNorm [%i, %i]", async (rows, channels) => {
      const x = half(rows * channels, 1, { mean: 3, deviation: 2 });
      const [weight, bias] = [randomNormal(channels, 2, { mean: 1 }), randomNormal(channels, 3)];
      const epsilon = 1e-6;
      const want = layerNormLoop(x, weight, bias, epsilon);
      // No value, weight or bias of a normal distribution is past 6.
      await check(layerNorm({ rows, channels, epsilon, precision }), [x, weight, bias], want, 60 * 2 ** -24 * 48);
      const residual = half(rows * channels, 4);
      const kernel = layerNorm({ rows, channels, epsilon, residual: true, precision });
      const sum = want.map((y, i) => y + residual[i]!);
      await check(kernel, [x, weight, bias, residual], sum, 61 * 2 ** -24 * 54);
    });

    test.each([
      { batch: 2, height: 5, width: 7, window: 3, shift: 1, heads: 3, headSize: 7 },
      { batch: 1, height: 8, width: 8, window: 4, shift: 2, heads: 2, headSize: 32 },
    ])("cosineWindows %o", async (sizes) => {
      const { batch, height, width, heads, headSize } = sizes;
      const channels = 3 * heads * headSize;
      const qkv = half(batch * height * width * channels, 1, { deviation: 2 });
      const [scale, bias] = [randomNormal(heads, 2, { mean: 10 }), randomNormal(channels, 3)];
      const kernel = cosineWindows({ ...sizes, bias: true, precision });
      const inputs = [qkv, scale, ...(kernel.inputs.length > 2 ? [packVector(bias)] : [])];
      // Values are below 16: see the tolerance of the kernel's own test.
      await check(kernel, inputs, cosineWindowsLoop(qkv, scale, bias, sizes), (headSize / 2 + 12) * 2 ** -24 * 16);
    });

    test.each([
      { batch: 2, height: 7, width: 9, channels: 12, groups: 3, activation: "relu" },
      { batch: 1, height: 9, width: 13, channels: 64, groups: 32, activation: "none" },
      { batch: 2, height: 3, width: 5, channels: 10, groups: 5, activation: "relu" },
    ] as const)("groupNorm %o", async (sizes) => {
      const length = sizes.batch * sizes.height * sizes.width * sizes.channels;
      const x = half(length, 1, { mean: 3, deviation: 2 });
      await checkGroupNorm({ ...sizes, precision }, x, {}, run);
      await checkGroupNorm({ ...sizes, precision }, x, { residual: half(length, 4) }, run);
    });

    test.each([
      [2, 3, 5, 7],
      [1, 6, 4, 12],
    ] as const)("prependClassToken [%i, %i, %i, %i]", async (batch, height, width, channels) => {
      const [x, positions] = [half(batch * height * width * channels, 1), half(height * width * channels, 2)];
      const classToken = randomNormal(channels, 3);
      const want = prependLoop(x, classToken, positions, channels);
      const kernel = prependClassToken({ batch, height, width, channels, precision });
      // One addition of numbers below 8.
      await check(kernel, [x, packVector(classToken), positions], want, 2 ** -24 * 16);
    });

    test.each([
      { batch: 2, rows: 3, channels: 5 },
      { batch: 1, rows: 17, channels: 64 },
    ])("swiglu %o", async (sizes) => {
      const { batch, rows, channels } = sizes;
      const x = half(batch * rows * 2 * channels, 1, { deviation: 3 });
      await check(swiglu({ ...sizes, precision }), [x], swigluLoop(x, channels), 13 * 2 ** -24 * 15 ** 2);
    });

    test.each([7, 64])("depthFromBins of %i bins", async (bins) => {
      const sizes = { batch: 2, height: 3, width: 5, bins, minDepth: 0.001, maxDepth: 10 };
      const x = half(30 * bins, 1, { deviation: 3 });
      await check(depthFromBins({ ...sizes, precision }), [x], binsLoop(x, sizes), 10 * 2 ** -24 * (2 * bins + 8));
    });

    test("unitVectors, whose answer is f32", async () => {
      const x = half(3 * 35, 1);
      const kernel = unitVectors({ batch: 1, height: 5, width: 7, channels: 3, precision });
      expectClose(await run(kernel, x), unitLoop(x, 3), kernel.output.shape, 2 ** -24 * 11);
    });
  });
}
