import type { Band } from "../../kernels/bands.ts";
import { type BandShape, bandSpan } from "../../kernels/shared/band-inputs.ts";
import { blendWeights, type WindowAxis } from "./window-layout.ts";

/** Largest side of a cell. */
const LARGEST_CELL = 128;

/** Sides are cut into pieces of one size, the last moved back to end where the side does. */
export interface CellAxis {
  readonly size: number;
  readonly starts: readonly number[];
}

/**
 * Cuts a side into cells, no larger than the smallest window.
 * @param axes of all views
 */
export function cellAxis(axes: readonly WindowAxis[]): CellAxis {
  const { side } = axes[0]!;
  const size = Math.min(LARGEST_CELL, ...axes.map(({ tile }) => tile));
  const starts = Array.from({ length: Math.ceil(side / size) }, (_, i) => Math.min(i * size, side - size));
  return { size, starts };
}

/** How a window's answer along one side gets to a cell. */
export interface CellBand extends Band {
  /** First number of the window's answer that the cell needs; `inSize` of them. */
  readonly from: number;
}

/** The bands from windows to cells along one side. */
export class CellBands {
  readonly #axis: WindowAxis;
  readonly #band: Band;
  readonly #weights: readonly Float64Array[];
  readonly #cell: number;
  /** The same for all. */
  readonly shape: BandShape;

  /** @param band from a window's answer to its pixels */
  constructor(axis: WindowAxis, band: Band, cell: number) {
    this.#axis = axis;
    this.#band = band;
    this.#weights = blendWeights(axis);
    this.#cell = cell;
    this.shape = { inSize: bandSpan(band, cell), outSize: cell, taps: band.taps };
  }

  /**
   * Along one side: from a window's answer to the pixels of the cell that begins at `begin`, weighed by the window's weight
   * of each, which is 0 for pixels that it does not hold.
   * @param mirrored whether the network saw the window mirrored along this side
   */
  to(window: number, begin: number, mirrored: boolean): CellBand {
    const { starts, tile } = this.#axis;
    const { taps, inSize, start, weights } = this.#band;
    const { shape } = this;
    const first = starts[window]!;
    const pixels = Array.from({ length: this.#cell }, (_, i) => begin + i - first);
    const outputs = pixels.map((pixel) => (mirrored ? tile - 1 - pixel : pixel));
    const held = outputs.filter((output) => output >= 0 && output < tile);
    const least = held.reduce((min, output) => Math.min(min, start[output]!), inSize);
    const from = Math.min(least, inSize - shape.inSize);
    const cellStart = new Uint32Array(this.#cell);
    const cellWeights = new Float32Array(this.#cell * taps);
    for (const [i, output] of outputs.entries()) {
      if (output < 0 || output >= tile) continue;
      const weight = this.#weights[window]![pixels[i]!]!;
      cellStart[i] = start[output]! - from;
      for (let k = 0; k < taps; k++) cellWeights[i * taps + k] = weight * weights[output * taps + k]!;
    }
    return { ...shape, from, start: cellStart, weights: cellWeights };
  }
}
