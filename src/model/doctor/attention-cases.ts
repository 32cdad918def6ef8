import { attention } from "../../kernels/attention.ts";
import { cosineWindows } from "../../kernels/cosine-windows.ts";
import { relativePositionBias } from "../../kernels/relative-position-bias.ts";
import { allPaths, type DoctorCase, ownPath } from "./doctor-case.ts";
import { numbers } from "./numbers.ts";

export const ATTENTION = { batch: 2, tokens: 67, heads: 2, headSize: 12, scale: 0.25 } as const;
/** Images whose tokens have a bias and a mask. */
export const MASKED = { batch: 2, tokens: 37, heads: 1, headSize: 12, scale: 0.25, bias: true, regions: 1 } as const;
export const POSITIONS = { height: 3, width: 4, heads: 3, classToken: true } as const;
export const COSINE = {
  batch: 1,
  height: 5,
  width: 7,
  window: 3,
  shift: 1,
  heads: 2,
  headSize: 6,
  bias: true,
} as const;

/** Attention and what prepares it. */
export const ATTENTION_CASES: readonly DoctorCase[] = [
  {
    name: "attention",
    paths: (precision, traits) => allPaths(attention({ ...ATTENTION, precision }), traits),
    inputs: [numbers(2 * 67 * 3 * 24, 61)],
  },
  {
    name: "attention with bias and regions",
    paths: (precision, traits) => allPaths(attention({ ...MASKED, precision }), traits),
    inputs: [numbers(2 * 37 * 3 * 12, 62), numbers(37 * 37, 63), Uint32Array.from({ length: 37 }, (_, i) => i % 3)],
  },
  {
    name: "relativePositionBias",
    paths: async (precision) => [ownPath(relativePositionBias({ ...POSITIONS, precision }))],
    inputs: [numbers(5 * 7 * 3, 64), numbers(3 * 3, 65)],
  },
  {
    name: "cosineWindows",
    paths: async (precision) => [ownPath(cosineWindows({ ...COSINE, precision }))],
    inputs: [numbers(35 * 36, 84), numbers(2, 85), numbers(36, 86)],
  },
];
