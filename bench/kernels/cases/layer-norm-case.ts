import { layerNorm } from "../../../src/kernels/layer-norm.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { layerNorm as layerNormLoop } from "../../../test/reference/layer-norm.ts";
import type { KernelCase } from "../kernel-case.ts";
import { randomValues } from "../random-values.ts";
import { crossings, some, takeRows } from "../sample.ts";

/** Rows that are checked, with all their channels. */
const ROWS = 400;

export function layerNormCase(role: string, rows: number, channels: number, precision: Precision): KernelCase {
  const epsilon = 1e-6;
  const kernel = layerNorm({ rows, channels, epsilon, precision });
  return {
    role,
    recordedAs: kernel.label,
    kernel,
    data: () => {
      const x = randomValues(rows * channels, precision);
      const [weight, bias] = [randomValues(channels, "f32"), randomValues(channels, "f32", 0.5)];
      return {
        inputs: [x, weight, bias],
        expected: () => {
          const taken = some(rows, ROWS);
          return {
            positions: crossings({ rows: taken, columns: some(channels, channels) }, channels),
            values: layerNormLoop(takeRows(x, taken, channels), weight, bias, epsilon),
          };
        },
      };
    },
  };
}
