import { inverse, nearestLevel } from "./levels.ts";

/**
 * What a group's factor may be of minus its largest, before it is fitted: with the largest on the last level, or before it, so
 * that the side of fewer levels reaches further. One trial errs 6 % more, four 0.6 % less.
 */
const TRIALS = [0.95, 1.05, 1.15];

/** What a code of a factor of q4 stands for, from -127 to 127: small groups beside large ones keep some digits. */
export function factorOf(code: number): number {
  return (code / 127) ** 3;
}

/** Columns that are turned at a time: one after the other, rows 2^n numbers apart drive each other out of the cache. */
const SIDE = 16;

/**
 * The codes of the factors that fit a group of rows best, one for each column.
 * @param codes becomes them, `[columns]`
 * @param values begins with the rows `[weights, columns]`
 * @param scales of the columns: factors are parts of them
 * @param weights h of the rows: how much an error of each counts
 */
export function fitGroup(codes: Int8Array, values: Float32Array, scales: Float32Array, weights: Float64Array): void {
  const columns = codes.length;
  const rows = weights.length;
  const turned = new Float64Array(SIDE * rows);
  for (let first = 0; first < columns; first += SIDE) {
    const count = Math.min(SIDE, columns - first);
    for (let k = 0; k < rows; k++) {
      for (let n = 0; n < count; n++) turned[n * rows + k] = values[k * columns + first + n]!;
    }
    for (let n = 0; n < count; n++) {
      const factor = fitFactor(turned, n * rows, weights) * inverse(scales[first + n]!);
      // Rounded to the nearest, and -1 or 1 of what is beyond.
      codes[first + n] = Math.round(127 * Math.cbrt(Math.max(-1, Math.min(factor, 1))));
    }
  }
}

/**
 * The factor that fits `weights.length` values w from `at` on best. For each trial the nearest levels l are taken, for which
 * `Σ hwl / Σ hl²` is best and leaves the error `Σ hw² - (Σ hwl)² / Σ hl²`.
 */
function fitFactor(values: Float64Array, at: number, weights: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < weights.length; k++) {
    const value = values[at + k]!;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  let [gain, factor] = [0, 0];
  for (const trial of TRIALS) {
    const perUnit = inverse(-trial * largest);
    let [products, squares] = [0, 0];
    for (let k = 0; k < weights.length; k++) {
      const value = values[at + k]!;
      const level = nearestLevel(value * perUnit);
      const weighted = weights[k]! * level;
      products += weighted * value;
      squares += weighted * level;
    }
    const fitted = products * inverse(squares);
    if (products * fitted > gain) [gain, factor] = [products * fitted, fitted];
  }
  return factor;
}
