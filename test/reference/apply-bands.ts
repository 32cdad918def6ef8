import type { Band } from "../../src/kernels/bands.ts";

/** `x [h, w, channels]` resized by two bands in double precision. */
export function applyBands(x: ArrayLike<number>, channels: number, rows: Band, columns: Band): Float64Array {
  const y = new Float64Array(rows.outSize * columns.outSize * channels);
  for (let row = 0; row < rows.outSize; row++) {
    for (let column = 0; column < columns.outSize; column++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < rows.taps; i++) {
          for (let j = 0; j < columns.taps; j++) {
            const weight = rows.weights[row * rows.taps + i]! * columns.weights[column * columns.taps + j]!;
            const at = (rows.start[row]! + i) * columns.inSize + columns.start[column]! + j;
            sum += weight * x[at * channels + c]!;
          }
        }
        y[(row * columns.outSize + column) * channels + c] = sum;
      }
    }
  }
  return y;
}
