import { matmul } from "../../../src/kernels/matmul.ts";
import { packLinear, packVector } from "../../../src/kernels/shared/pack.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";
import { matmul as matmulLoop } from "../../../test/reference/matmul.ts";
import type { KernelCase } from "../kernel-case.ts";
import { randomValues, randomWeights } from "../random-values.ts";
import { sample, takeRows } from "../sample.ts";
import { type Finish, finished } from "./finish.ts";

/** A Linear or a 1×1 convolution with a bias: `[rows, K] · [K, N]`. */
export function matmulCase(
  role: string,
  rows: number,
  channelsIn: number,
  channelsOut: number,
  finish: Finish,
  precision: Precision,
): KernelCase {
  const kernel = matmul({ batch: 1, rows, channelsIn, channelsOut, precision, bias: "channel", ...finish });
  return {
    role,
    recordedAs: kernel.label,
    kernel,
    data: () => {
      const x = randomValues(rows * channelsIn, precision);
      const weight = randomWeights(channelsOut, channelsIn, precision);
      const bias = randomValues(channelsOut, precision);
      const residuals = Array.from({ length: finish.residuals ?? 0 }, () =>
        randomValues(rows * channelsOut, precision),
      );
      return {
        inputs: [x, packLinear(weight, channelsOut, channelsIn), packVector(bias), ...residuals],
        expected: () => {
          const where = sample(rows, channelsOut, channelsIn);
          const [some, columns] = [takeRows(x, where.rows, channelsIn), takeRows(weight, where.columns, channelsIn)];
          const sizes = { batch: 1, rows: where.rows.length, channelsIn, channelsOut: where.columns.length };
          return finished(matmulLoop(some, columns, sizes), where, channelsOut, finish, bias, residuals);
        },
      };
    },
  };
}
