import { argMaxResized } from "../../kernels/arg-max-resized.ts";
import { resizeBand } from "../../kernels/bands.ts";
import { channelMoments } from "../../kernels/channel-moments.ts";
import { classScoresResized } from "../../kernels/class-scores-resized.ts";
import { depthFromBins } from "../../kernels/depth-from-bins.ts";
import { groupNorm } from "../../kernels/group-norm.ts";
import { groupStatistics } from "../../kernels/group-statistics.ts";
import { layerNorm } from "../../kernels/layer-norm.ts";
import { logAddSoftmax } from "../../kernels/log-add-softmax.ts";
import { maxPool2d } from "../../kernels/max-pool2d.ts";
import { resampleMap } from "../../kernels/resample-map.ts";
import { resize } from "../../kernels/resize.ts";
import { swiglu } from "../../kernels/swiglu.ts";
import { unitVectors } from "../../kernels/unit-vectors.ts";
import { type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

export const LAYER_NORM = { rows: 19, channels: 70, epsilon: 1e-6 } as const;
export const GROUP_NORM = { batch: 2, height: 7, width: 9, channels: 24, groups: 4, activation: "relu" } as const;
export const GROUP_EPSILON = 1e-5;
export const RESIZE = { batch: 1, height: 7, width: 5, channels: 6, outHeight: 13, outWidth: 11 } as const;
export const SWIGLU = { batch: 1, rows: 13, channels: 37 } as const;
export const POOL = {
  batch: 1,
  height: 7,
  width: 6,
  channels: 5,
  size: 3,
  stride: 2,
  padding: { top: 0, bottom: 1, left: 1, right: 1 },
} as const;
export const BINS = { batch: 1, height: 3, width: 5, bins: 37, minDepth: 0.5, maxDepth: 10 } as const;
export const VECTORS = { batch: 1, height: 5, width: 7, channels: 3 } as const;
export const SCORES = { rows: 21, channels: 7, adds: true } as const;
export const LABELS = 9;
const way = { mode: "bilinear", alignCorners: false } as const;
export const BANDS = { rows: resizeBand(5, 12, way), columns: resizeBand(7, 15, way) };

const bands = [BANDS.rows.start, BANDS.rows.weights, BANDS.columns.start, BANDS.columns.weights];

const resized = (mode: "bilinear" | "bicubic", alignCorners: boolean): DoctorCase => ({
  name: `resize ${mode}`,
  paths: async (precision) => [ownPath(resize({ ...RESIZE, mode, alignCorners, precision }))],
  inputs: [numbers(35 * RESIZE.channels, 81)],
});

/** Norms, pooling, resizing, heads. */
export const MAP_CASES: readonly DoctorCase[] = [
  {
    name: "layerNorm",
    paths: async (precision) => [ownPath(layerNorm({ ...LAYER_NORM, precision }))],
    inputs: [numbers(LAYER_NORM.rows * LAYER_NORM.channels, 71), numbers(LAYER_NORM.channels, 72), numbers(70, 73)],
  },
  {
    name: "groupNorm",
    paths: async (precision) => [
      {
        name: "only way",
        stages: [
          { kernel: channelMoments({ ...GROUP_NORM, precision }), inputs: [0] },
          { kernel: groupStatistics({ ...GROUP_NORM, epsilon: GROUP_EPSILON }), inputs: [3] },
          { kernel: groupNorm({ ...GROUP_NORM, precision }), inputs: [0, 4, 1, 2] },
        ],
      },
    ],
    inputs: [numbers(2 * 63 * GROUP_NORM.channels, 74), numbers(GROUP_NORM.channels, 75), numbers(24, 76)],
  },
  {
    name: "maxPool2d",
    paths: async (precision) => [ownPath(maxPool2d({ ...POOL, precision }))],
    inputs: [numbers(42 * POOL.channels, 77)],
  },
  resized("bilinear", true),
  resized("bicubic", false),
  {
    name: "resampleMap",
    paths: async (precision) => [ownPath(resampleMap({ ...BANDS, channels: LABELS, precision }))],
    inputs: [numbers(35 * LABELS, 82), ...bands],
  },
  {
    name: "swiglu",
    paths: async (precision) => [ownPath(swiglu({ ...SWIGLU, precision }))],
    inputs: [numbers(SWIGLU.rows * 2 * SWIGLU.channels, 83)],
  },
  {
    name: "argMaxResized",
    paths: async (precision) => [ownPath(argMaxResized({ labels: LABELS, ...BANDS, precision }))],
    inputs: [numbers(35 * LABELS, 92), ...bands],
  },
  {
    name: "classScoresResized",
    paths: async (precision) => [ownPath(classScoresResized({ labels: LABELS, ...BANDS, precision }))],
    inputs: [numbers(35 * LABELS, 93), ...bands],
  },
  {
    name: "depthFromBins",
    paths: async (precision) => [ownPath(depthFromBins({ ...BINS, precision }))],
    inputs: [numbers(15 * BINS.bins, 94)],
  },
  {
    name: "unitVectors",
    paths: async (precision) => [ownPath(unitVectors({ ...VECTORS, precision }))],
    inputs: [numbers(35 * 3, 95)],
  },
  {
    name: "logAddSoftmax",
    precisions: ["f32"],
    paths: async () => [ownPath(logAddSoftmax(SCORES))],
    inputs: [numbers(SCORES.rows * SCORES.channels, 96), numbers(SCORES.rows * SCORES.channels, 97)],
  },
];
