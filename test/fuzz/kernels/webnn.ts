import type { Activation } from "../../../src/kernels/shared/activation.ts";
import type { Precision } from "../../../src/runtime/graph/tensor.ts";

/**
 * What the conformance tests of WebNN (web-platform-tests, webnn/resources/utils.js) allow an operator, in units in the
 * last place of the value; where several operators are one kernel here, their sum, as those tests take it for a graph.
 * Such a unit means nothing where a sum cancels, so it is asked of positive numbers alone.
 */
export const WEBNN_ULPS = {
  add: 1,
  mul: 1,
  /** Of K terms. */
  matmul: (terms: number) => 2 * terms,
  /** Of the window's taps times the channels. */
  conv2d: (terms: number) => 2 * terms,
  resample2d: { f32: 84, f16: 10 },
  /** Maxima and all that only moves numbers. */
  exact: 0,
} as const;

/** Of a layer norm, as an absolute error. */
export const WEBNN_NORM: Readonly<Record<Precision, number>> = { f32: 1 / 1024, f16: 1 / 512 };

/** SiLU is a sigmoid and a product, and so is its steeper kin. */
export const WEBNN_ACTIVATION: Readonly<Record<Activation, number>> = {
  none: 0,
  relu: 0,
  gelu: 18,
  geluTanh: 18,
  quickGelu: 35,
  silu: 35,
  sigmoid: 34,
};
