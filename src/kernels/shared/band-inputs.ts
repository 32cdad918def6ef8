import type { TensorSpec } from "../../runtime/graph/tensor.ts";
import { storage } from "./storage.ts";
import { wgsl } from "./wgsl.ts";

/** A banded matrix `[outSize, inSize]`: each row has `taps` neighbouring numbers (see bands.ts). */
export interface BandShape {
  readonly inSize: number;
  readonly outSize: number;
  readonly taps: number;
}

/** Most inputs that `count` neighbouring outputs look at, from the first to the last. */
export function bandSpan({ start, taps }: BandShape & { readonly start: Uint32Array }, count: number): number {
  const last = start.length - 1;
  return start.reduce((most, first, i) => Math.max(most, start[Math.min(i + count - 1, last)]! + taps - first), 0);
}

/** `rowStart, rowWeights, columnStart, columnWeights`: how a map is resized along both axes. */
export function bandInputs(rows: BandShape, columns: BandShape): readonly TensorSpec[] {
  const start = ({ outSize }: BandShape): TensorSpec => ({ shape: [outSize], dtype: "u32" });
  const weights = ({ outSize, taps }: BandShape): TensorSpec => ({ shape: [outSize * taps], dtype: "f32" });
  return [start(rows), weights(rows), start(columns), weights(columns)];
}

/** The same from `@binding(1)` to `@binding(4)`. */
export function bandDeclarations(rows: BandShape, columns: BandShape): string {
  const [rowStart, rowWeights, columnStart, columnWeights] = bandInputs(rows, columns);
  return wgsl`
    ${storage(1, "read", "rowStart", rowStart!, 1)}
    ${storage(2, "read", "rowWeights", rowWeights!, 1)}
    ${storage(3, "read", "columnStart", columnStart!, 1)}
    ${storage(4, "read", "columnWeights", columnWeights!, 1)}`;
}
