import type { Size } from "../../src/index.ts";

/** `640x480`. */
export function formatSize({ width, height }: Size): string {
  return `${width}x${height}`;
}
