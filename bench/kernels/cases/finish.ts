import type { Activation } from "../../../src/kernels/shared/activation.ts";
import { epilogue } from "../../../test/reference/epilogue.ts";
import type { Expected } from "../kernel-case.ts";
import { crossings, type Sample, take } from "../sample.ts";

/** What comes after the sums of a product: bias, activation, residuals. */
export interface Finish {
  readonly activation?: Activation;
  readonly residuals?: 1 | 2;
}

/** What a kernel of sums `[rows, columns]` stores at the rows and columns of a sample. */
export function finished(
  sums: Float64Array,
  where: Sample,
  width: number,
  { activation }: Finish,
  bias: Float32Array | undefined,
  residuals: readonly Float32Array[],
): Expected {
  const positions = crossings(where, width);
  const values = epilogue(sums, where.columns.length, {
    activation,
    bias: bias && take(bias, where.columns),
    residuals: residuals.map((residual) => take(residual, positions)),
  });
  return { positions, values };
}
