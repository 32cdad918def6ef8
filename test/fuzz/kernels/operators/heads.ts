import { argMaxResized } from "../../../../src/kernels/arg-max-resized.ts";
import { resizeBand } from "../../../../src/kernels/bands.ts";
import { classScoresResized } from "../../../../src/kernels/class-scores-resized.ts";
import { depthFromBins } from "../../../../src/kernels/depth-from-bins.ts";
import { logAddSoftmax } from "../../../../src/kernels/log-add-softmax.ts";
import { prependClassToken } from "../../../../src/kernels/prepend-class-token.ts";
import { packVector } from "../../../../src/kernels/shared/pack.ts";
import { swiglu } from "../../../../src/kernels/swiglu.ts";
import { applyBands } from "../../../reference/apply-bands.ts";
import { argMax } from "../../../reference/arg-max.ts";
import { classScores } from "../../../reference/class-scores.ts";
import { depthFromBins as binsLoop } from "../../../reference/depth-from-bins.ts";
import { logAddSoftmax as logAddSoftmaxLoop } from "../../../reference/log-add-softmax.ts";
import { prependClassToken as prependLoop } from "../../../reference/prepend-class-token.ts";
import { swiglu as swigluLoop } from "../../../reference/swiglu.ts";
import type { Choices } from "../choices.ts";
import type { Operator } from "../trial.ts";
import { WEBNN_ACTIVATION, WEBNN_ULPS } from "../webnn.ts";

const UNIT = 2 ** -24;

export const swigluTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [batch, rows, channels] = [choose.whole(3), choose.whole(20), choose.whole(70)];
  const x = choose.normal(batch * rows * 2 * channels, precision, { deviation: 3 });
  const want = swigluLoop(x, channels);
  const kernel = swiglu({ batch, rows, channels, precision });
  return {
    operator: "swiglu",
    parameters: { batch, rows, channels, precision },
    stages: [{ kernel, inputs: [0] }],
    inputs: [x],
    want,
    // SiLU errs by 12 units of its argument, the product by one of its own.
    bound: want.map((y, i) => {
      const at = Math.floor(i / channels) * 2 * channels + (i % channels);
      return UNIT * (12 * Math.abs(x[at]! * x[at + channels]!) + Math.abs(y));
    }),
    webnn: { ulps: WEBNN_ACTIVATION.silu + WEBNN_ULPS.mul },
  };
};

export const prependClassTokenTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [batch, height, width, channels] = [choose.whole(3), choose.whole(7), choose.whole(7), choose.whole(40)];
  const x = choose.normal(batch * height * width * channels, precision);
  const positions = choose.normal(height * width * channels, precision);
  const token = choose.normal(channels);
  const want = prependLoop(x, token, positions, channels);
  return {
    operator: "prependClassToken",
    parameters: { batch, height, width, channels, precision },
    stages: [{ kernel: prependClassToken({ batch, height, width, channels, precision }), inputs: [0, 1, 2] }],
    inputs: [x, packVector(token), positions],
    want,
    bound: want.map((y) => UNIT * Math.abs(y)),
    webnn: { ulps: WEBNN_ULPS.add },
  };
};

export const depthFromBinsTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [batch, height, width, bins] = [choose.whole(2), choose.whole(8), choose.whole(8), choose.whole(70)];
  const sizes = { batch, height, width, bins, minDepth: choose.pick([0.001, 1]), maxDepth: choose.pick([10, 80]) };
  const x = choose.normal(batch * height * width * bins, precision, { deviation: 3 });
  return {
    operator: "depthFromBins",
    parameters: { ...sizes, precision },
    stages: [{ kernel: depthFromBins({ ...sizes, precision }), inputs: [0] }],
    inputs: [x],
    want: binsLoop(x, sizes),
    // Two sums of positive numbers, each off by a unit a summand at most, and a few roundings.
    bound: sizes.maxDepth * UNIT * (2 * bins + 8),
  };
};

export const logAddSoftmaxTrial: Operator = (choose) => {
  const [rows, channels, deviation] = [choose.whole(70), choose.whole(40), choose.pick([1, 3, 20])];
  const x = choose.normal(rows * channels, "f32", { deviation });
  const sum = choose.chance(0.5) ? [choose.normal(rows * channels, "f32", { mean: -3 })] : [];
  const kernel = logAddSoftmax({ rows, channels, adds: sum.length > 0 });
  return {
    operator: "logAddSoftmax",
    parameters: { rows, channels, deviation, adds: sum.length > 0 },
    stages: [{ kernel, inputs: [0, ...sum.map(() => 1)] }],
    inputs: [x, ...sum],
    want: logAddSoftmaxLoop(x, channels, sum[0]),
    // Roundings of the logarithm's own magnitude: some deviations.
    bound: 4e-6 * (1 + deviation),
  };
};

function resizedLogits(choose: Choices) {
  const way = { mode: "bilinear", alignCorners: choose.chance(0.5) } as const;
  const rows = resizeBand(choose.whole(9), choose.whole(16), way);
  const columns = resizeBand(choose.whole(9), choose.whole(16), way);
  const labels = choose.whole(choose.chance(0.1) ? 300 : 40, 2);
  const parameters = { from: [rows.inSize, columns.inSize], to: [rows.outSize, columns.outSize], way, labels };
  return { rows, columns, labels, parameters };
}

/** Confidence, margin and entropy of every pixel. */
export const classScoresTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const { rows, columns, labels, parameters } = resizedLogits(choose);
  const deviation = choose.pick([0.1, 3, 30]);
  const logits = choose.normal(rows.inSize * columns.inSize * labels, precision, { deviation });
  const { confidence, margin, entropy } = classScores(applyBands(logits, labels, rows, columns), labels);
  return {
    operator: "classScoresResized",
    parameters: { ...parameters, deviation, precision },
    stages: [{ kernel: classScoresResized({ labels, rows, columns, precision }), inputs: [0, 1, 2, 3, 4] }],
    inputs: [logits, rows.start, rows.weights, columns.start, columns.weights],
    want: [...confidence, ...margin, ...entropy],
    // As test/kernels/class-scores-resized.test.ts derives it.
    bound: 2e-6 * (1 + deviation),
  };
};

/** The class of every pixel; where two are as good as equal, either. */
export const argMaxTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const { rows, columns, labels, parameters } = resizedLogits(choose);
  const logits = choose.normal(rows.inSize * columns.inSize * labels, precision, { deviation: 3 });
  const { labels: want, margins } = argMax(applyBands(logits, labels, rows, columns), labels);
  return {
    operator: "argMaxResized",
    parameters: { ...parameters, precision },
    stages: [{ kernel: argMaxResized({ labels, rows, columns, precision }), inputs: [0, 1, 2, 3, 4] }],
    inputs: [logits, rows.start, rows.weights, columns.start, columns.weights],
    want,
    bound: margins.map((margin) => (margin < 1e-4 ? Number.POSITIVE_INFINITY : 0)),
  };
};
