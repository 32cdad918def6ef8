import type { Padding } from "./padding.ts";

/**
 * TensorFlow's padding "SAME", which depends on the size of the map: `⌈size / stride⌉` outputs an axis, and where the
 * number of zeros is odd, the one more at the end (transformers' DynamicPad2d).
 */
export function samePadding(height: number, width: number, window: number, stride: number): Padding {
  const zeros = (size: number) => Math.max((Math.ceil(size / stride) - 1) * stride + window - size, 0);
  const [down, across] = [zeros(height), zeros(width)];
  const [top, left] = [Math.floor(down / 2), Math.floor(across / 2)];
  return { top, bottom: down - top, left, right: across - left };
}

/** Zeros below and to the right, so that each axis is a multiple of the stride. */
export function endPadding(height: number, width: number, _window: number, stride: number): Padding {
  const zeros = (size: number) => (stride - (size % stride)) % stride;
  return { top: 0, bottom: zeros(height), left: 0, right: zeros(width) };
}
