import type { BandShape } from "./band-inputs.ts";

/**
 * Resizing along one axis, as a banded matrix: `y[o] = Σ_k weights[o · taps + k] · x[start[o] + k]`. Every
 * `start[o] + taps` is within the input, so a kernel needs no check; taps that an output has no use for weigh 0.
 */
export interface Band extends BandShape {
  /** `[outSize]` */
  readonly start: Uint32Array;
  /** `[outSize, taps]` */
  readonly weights: Float32Array;
}

/** One output: position in the input and weight of each tap, in rising order; a position may come twice. */
export type Taps = readonly (readonly [position: number, weight: number])[];

/** Adds up taps of the same position and lays them out as a band. */
export function fromTaps(inSize: number, rows: readonly Taps[]): Band {
  const spans = rows.map((row) => {
    const used = row.filter(([, weight]) => weight !== 0).map(([position]) => position);
    const first = used.length > 0 ? Math.min(...used) : 0;
    return { first, length: used.length > 0 ? Math.max(...used) - first + 1 : 1 };
  });
  const taps = spans.reduce((most, { length }) => Math.max(most, length), 1);
  const start = Uint32Array.from(spans, ({ first }) => Math.min(first, inSize - taps));
  const sums = new Float64Array(rows.length * taps);
  for (const [o, row] of rows.entries()) {
    for (const [position, weight] of row) if (weight !== 0) sums[o * taps + position - start[o]!]! += weight;
  }
  return { inSize, outSize: rows.length, taps, start, weights: Float32Array.from(sums) };
}
