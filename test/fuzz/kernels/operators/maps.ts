import { resizeBand } from "../../../../src/kernels/bands.ts";
import { channelsLast } from "../../../../src/kernels/channels-last.ts";
import { maxPool2d } from "../../../../src/kernels/max-pool2d.ts";
import { resampleMap } from "../../../../src/kernels/resample-map.ts";
import { resize } from "../../../../src/kernels/resize.ts";
import { applyBands } from "../../../reference/apply-bands.ts";
import { channelsLast as channelsLastLoop } from "../../../reference/channels-last.ts";
import { maxPool2d as maxPool2dLoop } from "../../../reference/max-pool2d.ts";
import { resize as resizeLoop } from "../../../reference/resize.ts";
import type { Operator } from "../trial.ts";
import { WEBNN_ULPS } from "../webnn.ts";

const UNIT = 2 ** -24;

const largestOf = (values: Float32Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

export const resizeTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const isPositive = choose.chance(0.5);
  const rule = { mode: choose.pick(["bilinear", "bicubic"] as const), alignCorners: choose.chance(0.5) };
  const [height, width, outHeight, outWidth] = [16, 16, 24, 24].map((most) => choose.whole(most)) as [
    number,
    number,
    number,
    number,
  ];
  const [batch, channels] = [choose.whole(2), choose.whole(9)];
  const params = { batch, height, width, channels, outHeight, outWidth, ...rule, precision };
  const x = choose.normal(batch * height * width * channels, precision, { isPositive });
  const image = height * width * channels;
  const want = Float64Array.from(
    Array.from({ length: batch }, (_, b) => {
      const own = x.subarray(b * image, (b + 1) * image);
      return [...resizeLoop(own, [height, width, channels], [outHeight, outWidth], rule)];
    }).flat(),
  );
  return {
    operator: `resize ${rule.mode}`,
    parameters: params,
    stages: [{ kernel: resize(params), inputs: [0] }],
    inputs: [x],
    want,
    // As test/kernels/resize.test.ts derives it: positions are rounded to float32, as PyTorch does.
    bound: largestOf(x) * UNIT * (4 * 3 * (height + width) + 2 * 40),
    // WebNN's tests resize maps of a few pixels; an error of float32 positions, which are PyTorch's, grows with the side.
    webnn:
      isPositive && rule.mode === "bilinear" && !rule.alignCorners && Math.max(height, width) <= 8
        ? { ulps: WEBNN_ULPS.resample2d[precision] }
        : undefined,
  };
};

/** Resizing by bands, whose weights the loop takes as they are. */
export const resampleMapTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const way = { mode: choose.pick(["bilinear", "bicubic"] as const), alignCorners: choose.chance(0.5) };
  const rows = resizeBand(choose.whole(16), choose.whole(24), way);
  const columns = resizeBand(choose.whole(16), choose.whole(24), way);
  const [channels, adds] = [choose.whole(9), choose.chance(0.3)];
  const x = choose.normal(rows.inSize * columns.inSize * channels, precision);
  const resized = applyBands(x, channels, rows, columns);
  const sum = adds ? [choose.normal(resized.length)] : [];
  return {
    operator: "resampleMap",
    parameters: {
      from: [rows.inSize, columns.inSize],
      to: [rows.outSize, columns.outSize],
      way,
      channels,
      adds,
      precision,
    },
    stages: [
      {
        kernel: resampleMap({ rows, columns, channels, adds, precision }),
        inputs: [0, 1, 2, 3, 4, ...sum.map(() => 5)],
      },
    ],
    inputs: [x, rows.start, rows.weights, columns.start, columns.weights, ...sum],
    want: resized.map((y, i) => y + (sum[0]?.[i] ?? 0)),
    // Sums of taps² products; no row of weights has magnitudes of more than 1.5, so no product of two 2.25.
    bound: resized.map(
      (y, i) =>
        UNIT * (2.25 * largestOf(x) * (rows.taps + columns.taps + 4) + Math.abs(y) + Math.abs(sum[0]?.[i] ?? 0)),
    ),
  };
};

/** Maxima are exact. */
export const maxPool2dTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const size = choose.whole(4);
  const side = () => choose.whole(size - 1, 0);
  const padding = { top: side(), bottom: side(), left: side(), right: side() };
  const [height, width] = [choose.whole(14, size), choose.whole(14, size)];
  const [batch, channels, stride] = [choose.whole(2), choose.whole(9), choose.whole(3)];
  const sizes = { batch, height, width, channels, size, stride, padding };
  const x = choose.normal(batch * height * width * channels, precision, { mean: -1 });
  return {
    operator: "maxPool2d",
    parameters: { ...sizes, precision },
    stages: [{ kernel: maxPool2d({ ...sizes, precision }), inputs: [0] }],
    inputs: [x],
    want: maxPool2dLoop(x, sizes),
    bound: 0,
    webnn: { ulps: WEBNN_ULPS.exact },
  };
};

/** Numbers move, and that is all. */
export const channelsLastTrial: Operator = (choose, { precisions }) => {
  const precision = choose.pick(precisions);
  const [batch, channels, height, width] = [choose.whole(3), choose.whole(12), choose.whole(14), choose.whole(14)];
  const x = choose.normal(batch * channels * height * width, precision);
  const kernel = channelsLast({ batch, channels, height, width, precision });
  return {
    operator: "channelsLast",
    parameters: { batch, channels, height, width, precision },
    stages: [{ kernel, inputs: [0] }],
    inputs: [x],
    want: channelsLastLoop(x, [batch, channels, height, width], kernel.output.shape.at(-1)!),
    bound: 0,
    webnn: { ulps: WEBNN_ULPS.exact },
  };
};
