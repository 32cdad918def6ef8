import { attention } from "../../../../src/kernels/attention.ts";
import { cosineWindows } from "../../../../src/kernels/cosine-windows.ts";
import { relativePositionBias } from "../../../../src/kernels/relative-position-bias.ts";
import { packVector } from "../../../../src/kernels/shared/pack.ts";
import { attentionTolerance } from "../../../kernels/attention-tolerance.ts";
import { attention as attentionLoop } from "../../../reference/attention.ts";
import { cosineWindows as cosineWindowsLoop } from "../../../reference/cosine-windows.ts";
import { relativePositionBias as biasLoop } from "../../../reference/relative-position-bias.ts";
import type { Operator } from "../trial.ts";
import { WEBNN_ULPS } from "../webnn.ts";

/** Attention by any path, with a bias, with regions, with both or neither. */
export const attentionTrial: Operator = async (choose, { precisions, traits }) => {
  const precision = choose.pick(precisions);
  const [batch, tokens, heads, headSize] = [choose.whole(3), choose.whole(75), choose.whole(3), choose.whole(20)];
  const sizes = { batch, tokens, heads, headSize, scale: choose.pick([1 / Math.sqrt(headSize), 1, 0.1]) };
  const [hasBias, rows] = [choose.chance(0.4), choose.chance(0.4) ? choose.whole(batch) : undefined];
  const qkv = choose.normal(batch * tokens * 3 * heads * headSize, precision, { deviation: 1.5 });
  const bias = hasBias ? choose.normal(heads * tokens * tokens, precision, { deviation: 3 }) : undefined;
  const regions = rows && Uint32Array.from({ length: rows * tokens }, () => choose.whole(3, 0));
  const inputs = [qkv, ...(bias ? [bias] : []), ...(regions ? [regions] : [])];
  const kernel = attention({ ...sizes, bias: hasBias, regions: rows, precision });
  const path = await choose.path(kernel, traits, 0.08);
  return {
    operator: "attention",
    parameters: { ...sizes, bias: hasBias, regions: rows, precision, path: path.name },
    stages: path.stages,
    inputs,
    want: attentionLoop(qkv, sizes, { bias, regions: regions || undefined }),
    bound: attentionTolerance(qkv, sizes, bias),
  };
};

/** Swin V2's windows of vectors of length 1. */
export const cosineWindowsTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [height, width, window] = [choose.whole(9), choose.whole(9), choose.whole(5)];
  const [batch, heads, headSize] = [choose.whole(2), choose.whole(4), choose.whole(20)];
  const sizes = { batch, height, width, window, shift: choose.whole(window - 1, 0), heads, headSize };
  const channels = 3 * heads * headSize;
  const qkv = choose.normal(batch * height * width * channels, precision);
  const [scale, bias] = [choose.normal(heads, "f32", { mean: 10 }), choose.normal(channels)];
  const kernel = cosineWindows({ ...sizes, bias: true, precision });
  const isPadded = kernel.inputs.length > 2;
  const want = cosineWindowsLoop(qkv, scale, bias, sizes);
  return {
    operator: "cosineWindows",
    parameters: { ...sizes, precision },
    stages: [{ kernel, inputs: [0, 1, ...(isPadded ? [2] : [])] }],
    inputs: [qkv, scale, packVector(bias)],
    want,
    // Of each value: the sum of d squares (halved by the root), root and quotient (2.5 ulp each), three products.
    bound: want.map((y) => (headSize / 2 + 12) * 2 ** -24 * Math.abs(y)),
  };
};

/** A gather: nothing is computed. */
export const relativePositionBiasTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const sizes = {
    height: choose.whole(7),
    width: choose.whole(7),
    heads: choose.whole(9),
    classToken: choose.chance(0.5),
  };
  const { height, width, heads, classToken } = sizes;
  const table = choose.normal((2 * height - 1) * (2 * width - 1) * heads, precision);
  const rows = classToken ? [choose.normal(3 * heads, precision)] : [];
  return {
    operator: "relativePositionBias",
    parameters: { ...sizes, precision },
    stages: [{ kernel: relativePositionBias({ ...sizes, precision }), inputs: [0, ...rows.map(() => 1)] }],
    inputs: [table, ...rows],
    want: biasLoop(table, rows[0], sizes),
    bound: 0,
    webnn: { ulps: WEBNN_ULPS.exact },
  };
};
