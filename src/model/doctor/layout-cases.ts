import { alignRows } from "../../kernels/align-rows.ts";
import { cast } from "../../kernels/cast.ts";
import { channelsLast } from "../../kernels/channels-last.ts";
import { largestMagnitude } from "../../kernels/largest-magnitude.ts";
import { normalizePixels } from "../../kernels/normalize-pixels.ts";
import { pillowCoefficients } from "../../kernels/pillow-coefficients.ts";
import { prependClassToken } from "../../kernels/prepend-class-token.ts";
import { resamplePixels } from "../../kernels/resample-pixels.ts";
import { packVector } from "../../kernels/shared/pack.ts";
import { type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

export const PLANES = { batch: 2, channels: 3, height: 5, width: 7 } as const;
export const TOKENS = { batch: 2, height: 2, width: 3, channels: 7 } as const;
export const ROWS = { height: 3, width: 65, dtype: "u8" } as const;
/** A window that begins above the picture and ends behind it, in a frame. */
export const PIXELS = {
  height: 5,
  width: 6,
  scale: 1 / 255,
  mean: [0.5, 0.25, 0.375],
  deviation: [0.25, 0.5, 0.125],
  pad: { top: 1, left: 2, bottom: 0, right: 1 },
  crop: { top: -2, left: 1, height: 6, width: 7 },
} as const;
const BICUBIC = 3;
export const COEFFICIENTS = pillowCoefficients(PIXELS.width, 4, BICUBIC);
export const LOOK = { shape: [37], dtype: "f32", looks: 3 } as const;
/** How many were looked at before, and what they were. */
export const SEEN = Uint32Array.of(1, 77, 78, 79);

/** Any 32 bits: four bytes of a picture or of labels. */
export const words = (length: number, seed: number) => {
  const bytes = Uint8Array.from(numbers(4 * length, seed), (value) => 64 * value + 128);
  return new Uint32Array(bytes.buffer);
};

const COUNT = 46;

/** What puts numbers elsewhere, or into another form. */
export const LAYOUT_CASES: readonly DoctorCase[] = [
  {
    name: "channelsLast",
    paths: async (precision) => [ownPath(channelsLast({ ...PLANES, precision }))],
    inputs: [numbers(2 * 3 * 35, 101)],
  },
  {
    name: "prependClassToken",
    paths: async (precision) => [ownPath(prependClassToken({ ...TOKENS, precision }))],
    inputs: [numbers(2 * 6 * 7, 102), packVector(numbers(7, 103)), numbers(6 * 7, 104)],
  },
  {
    name: "cast",
    precisions: ["f16"],
    paths: async () => [
      {
        name: "only way",
        stages: [
          { kernel: cast({ shape: [COUNT], from: "f32", to: "f16" }), inputs: [0] },
          { kernel: cast({ shape: [COUNT], from: "f16", to: "f32" }), inputs: [1] },
        ],
      },
    ],
    inputs: [numbers(COUNT, 105)],
  },
  {
    name: "alignRows",
    precisions: ["f32"],
    paths: async () => [ownPath(alignRows(ROWS))],
    inputs: [words(49, 106)],
  },
  {
    name: "normalizePixels",
    paths: async (precision) => [ownPath(normalizePixels({ ...PIXELS, precision }))],
    inputs: [words(PIXELS.height * PIXELS.width, 107)],
  },
  {
    name: "resamplePixels",
    precisions: ["f32"],
    paths: async () => {
      const { taps, weightBits } = COEFFICIENTS;
      const { height, width } = PIXELS;
      return [ownPath(resamplePixels({ height, width, direction: "horizontal", outSize: 4, taps, weightBits }))];
    },
    inputs: [words(PIXELS.height * PIXELS.width, 108), COEFFICIENTS.bounds, COEFFICIENTS.weights],
  },
  {
    name: "largestMagnitude",
    precisions: ["f32"],
    paths: async () => [ownPath(largestMagnitude(LOOK))],
    inputs: [numbers(37, 109), SEEN],
  },
];
