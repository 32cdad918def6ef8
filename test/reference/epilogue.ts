import type { Activation } from "../../src/kernels/shared/activation.ts";
import { activation as activations } from "./activation.ts";

export interface EpilogueValues {
  /** `[channels]`, or `[images, channels]` for one vector for each image. */
  readonly bias?: ArrayLike<number> | undefined;
  readonly activation?: Activation | undefined;
  readonly scale?: number | undefined;
  readonly residuals?: readonly ArrayLike<number>[];
}

/** `scale · activation(sum + bias) + residuals` for sums `[images · rows, channels]` in double precision. */
export function epilogue(sums: Float64Array, channels: number, values: EpilogueValues): Float64Array {
  const { bias, activation = "none", scale = 1, residuals = [] } = values;
  const image = (sums.length * channels) / (bias?.length ?? channels);
  return sums.map((sum, i) => {
    const added = bias ? bias[Math.floor(i / image) * channels + (i % channels)]! : 0;
    const own = scale * activations[activation](sum + added);
    return residuals.reduce((total, residual) => total + residual[i]!, own);
  });
}
