import type { Activation } from "../../src/kernels/shared/activation.ts";

/** transformers' ACT2FN in double precision; what is not finite stays so. */
export const activation: Readonly<Record<Activation, (x: number) => number>> = {
  none: (x) => x,
  relu: (x) => (x === Number.NEGATIVE_INFINITY ? x : Math.max(0, x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  geluTanh: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  quickGelu: (x) => x / (1 + Math.exp(-1.702 * x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  sigmoid: (x) => (Number.isFinite(x) ? 1 / (1 + Math.exp(-x)) : x),
};

/** `2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1))`: no term is negative, so that nothing cancels. */
export function erf(x: number): number {
  // 1 - erf(6) = 2e-17.
  if (Math.abs(x) >= 6) return Math.sign(x);
  let [sum, term] = [0, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
