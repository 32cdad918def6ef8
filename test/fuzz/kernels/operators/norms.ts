import { layerNorm } from "../../../../src/kernels/layer-norm.ts";
import { unitVectors } from "../../../../src/kernels/unit-vectors.ts";
import { expectGroupNorm } from "../../../kernels/check-group-norm.ts";
import { layerNorm as layerNormLoop } from "../../../reference/layer-norm.ts";
import { unitVectors as unitVectorsLoop } from "../../../reference/unit-vectors.ts";
import type { Operator } from "../trial.ts";
import { WEBNN_NORM } from "../webnn.ts";

const UNIT = 2 ** -24;

export const layerNormTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [rows, channels] = [choose.whole(20), choose.whole(choose.chance(0.1) ? 1500 : 90)];
  const [epsilon, residual] = [choose.pick([1e-5, 1e-6, 1e-12]), choose.chance(0.3)];
  const x = choose.normal(rows * channels, precision, {
    mean: choose.pick([0, 3, -50]),
    deviation: choose.pick([0.1, 2]),
  });
  const [weight, bias] = [choose.normal(channels, "f32", { mean: 1 }), choose.normal(channels)];
  const added = residual ? [choose.normal(rows * channels, precision)] : [];
  const normed = layerNormLoop(x, weight, bias, epsilon);
  const want = normed.map((y, i) => y + (added[0]?.[i] ?? 0));
  // As test/kernels/layer-norm.test.ts derives it, where rows are of more than one value.
  const units = Math.ceil(channels / 64) + 4 + 16 + 16;
  const bound = want.map((y, i) => {
    const [w, b] = [Math.abs(weight[i % channels]!), Math.abs(bias[i % channels]!)];
    return UNIT * (units * (w + Math.abs(normed[i]!) + b) + Math.abs(y));
  });
  const params = { rows, channels, epsilon, residual, precision };
  return {
    operator: "layerNorm",
    parameters: params,
    stages: [{ kernel: layerNorm(params), inputs: [0, 1, 2, ...added.map(() => 3)] }],
    inputs: [x, weight, bias, ...added],
    want,
    bound,
    webnn: { absolute: WEBNN_NORM[precision] },
  };
};

export const groupNormTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const groups = choose.whole(8);
  const sizes = {
    batch: choose.whole(2),
    height: choose.whole(12),
    width: choose.whole(12),
    channels: groups * choose.whole(8),
    groups,
    activation: choose.pick(["none", "relu", "gelu"] as const),
  };
  const length = sizes.batch * sizes.height * sizes.width * sizes.channels;
  const x = choose.normal(length, precision, { mean: choose.pick([0, 3, -20]), deviation: choose.pick([0.5, 2]) });
  const epsilon = choose.pick([1e-5, 1e-6]);
  const residual = choose.chance(0.3) ? choose.normal(length, precision) : undefined;
  return {
    operator: "groupNorm",
    parameters: { ...sizes, epsilon, residual: residual !== undefined, precision },
    ...expectGroupNorm({ ...sizes, precision }, x, { epsilon, ...(residual && { residual }) }),
    webnn: { absolute: WEBNN_NORM[precision] },
  };
};

export const unitVectorsTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [batch, height, width, channels] = [choose.whole(2), choose.whole(12), choose.whole(12), choose.whole(12)];
  const x = choose.normal(batch * height * width * channels, precision);
  const params = { batch, height, width, channels, precision };
  return {
    operator: "unitVectors",
    parameters: params,
    stages: [{ kernel: unitVectors(params), inputs: [0] }],
    inputs: [x],
    want: unitVectorsLoop(x, channels),
    // Numbers up to 1, of a sum, a root and a quotient.
    bound: UNIT * (channels + 8),
  };
};
