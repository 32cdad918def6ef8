import type { Activation } from "../../src/kernels/shared/activation.ts";
import type { EpilogueValues } from "../reference/epilogue.ts";

const EPSILON = 2 ** -24;

/**
 * Largest error of each value of a kernel of sums, from the sums of its products' magnitudes.
 *
 * A float32 sum of K products rounds K times (twice that without fused multiply-add), each time by at most 2^-24 of what
 * has been summed up, which is at most the magnitudes' sum. Roundings are as often up as down, so they add up like a
 * random walk: √K of them, and 4 √K is out of reach of any number of draws. An index that is off errs by about 1/√K of
 * the magnitudes, for K = 10,000 still a thousand times as much.
 */
export function sumTolerance(
  magnitudes: Float64Array,
  depth: number,
  want: Float64Array,
  { activation = "none", scale = 1, residuals = [] }: EpilogueValues,
): Float64Array {
  const units = 4 * Math.sqrt(depth) + 4;
  return want.map((y, i) => {
    const added = residuals.reduce((sum, residual) => sum + Math.abs(residual[i]!), 0);
    const magnitude = magnitudes[i]!;
    const own = activationError[activation](magnitude);
    const tolerance = EPSILON * (Math.abs(scale) * (1.13 * units * magnitude + own) + 4 * (Math.abs(y) + added));
    // What is not finite has to be the very same.
    return Number.isFinite(tolerance) ? tolerance : 0;
  });
}

/**
 * What an activation adds of its own, in units of 2^-24, at an argument of at most `v`. No activation is steeper than
 * 1.13. WGSL's exp(x) may err by 3 + 2|x| ulp of itself, which in sigmoid and x·σ(x) never makes more than 4 and 6 units
 * of 1 and |x|; its quotient by 2.5 ulp.
 */
const activationError: Readonly<Record<Activation, (v: number) => number>> = {
  none: () => 0,
  relu: () => 0,
  // The polynomial for erf is right to 1.5e-7, which is 2.5 units; half of it counts.
  gelu: (v) => 12 * v,
  // tanh may be made of two exp.
  geluTanh: (v) => 16 * v,
  quickGelu: (v) => 12 * v,
  silu: (v) => 12 * v,
  sigmoid: () => 12,
};
