import type { LabelType } from "../../kernels/shared/label-type.ts";

/** A picture's place in an output of several, one below the other. */
export interface Share {
  readonly index: number;
  readonly count: number;
  /** Of each. */
  readonly pixels: number;
}

/** Labels of one picture, in memory of its own. */
export function readLabels(
  bytes: ArrayBuffer,
  { dtype }: LabelType,
  { index, pixels }: Share,
): Uint8Array | Uint16Array {
  return dtype === "u8"
    ? new Uint8Array(bytes, index * pixels, pixels).slice()
    : new Uint16Array(bytes, 2 * index * pixels, pixels).slice();
}

/** Floats of one picture, so many for a pixel, in memory of their own; from one of several planes if there are. */
export function readFloats(bytes: ArrayBuffer, { index, count, pixels }: Share, channels = 1, plane = 0): Float32Array {
  const length = channels * pixels;
  return new Float32Array(bytes, 4 * (plane * count + index) * length, length).slice();
}
