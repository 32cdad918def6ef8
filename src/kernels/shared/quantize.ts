import { FileError } from "../../runtime/errors.ts";
import { float32ToFloat16Bits } from "../../runtime/floats.ts";
import { GROUP, LEVEL, type QuantizedFormat, type QuantizedLayout, quantizedLayout } from "./weight-format.ts";

/**
 * A packed weight `[rows, columns]` (see `packedShape`) in the bytes that {@link QuantizedLayout} describes. Every element
 * gets the code whose value is nearest. In q8 it errs by at most half a step, 1/254 of its column's largest magnitude. In q4
 * by at most 0.093 of the largest of its 32, and by 0.19 if it is nearly as large with the opposite sign.
 * @param label names the weight in an error
 * @throws FileError for NaN and infinity
 */
export function quantize(
  format: QuantizedFormat,
  packed: Float32Array,
  columns: number,
  label: string,
): Uint32Array<ArrayBuffer> {
  const layout = quantizedLayout(format, packed.length / columns, columns);
  const words = new Uint32Array(layout.bytes / 4);
  if (format === "q8") quantizeColumns(words, layout, packed, columns, label);
  else quantizeGroups(words, layout, packed, columns, label);
  return words;
}

function quantizeColumns(
  words: Uint32Array<ArrayBuffer>,
  layout: QuantizedLayout,
  packed: Float32Array,
  columns: number,
  label: string,
): void {
  const rows = packed.length / columns;
  const scales = largestOf(packed, columns, rows, label).map((value) => Math.abs(value) / 127);
  const perStep = Float64Array.from(scales, inverse);
  const codes = new Int8Array(words.buffer, 0, layout.codes);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = (row >> 2) * columns * 4 + (row & 3) * 4;
    for (let n = 0; n < columns; n++) {
      // To the nearest: what is cut off is positive, so that cutting rounds down.
      codes[to + (n >> 2) * 16 + (n & 3)] = ((packed[from + n]! * perStep[n]! + 128.5) | 0) - 128;
    }
  }
  new Float32Array(words.buffer, layout.codes).set(scales);
}

function quantizeGroups(
  words: Uint32Array<ArrayBuffer>,
  layout: QuantizedLayout,
  packed: Float32Array,
  columns: number,
  label: string,
): void {
  const rows = packed.length / columns;
  const largest = largestOf(packed, columns, GROUP, label);
  const scales = new Float32Array(columns);
  for (let i = 0; i < largest.length; i++) {
    scales[i % columns] = Math.max(scales[i % columns]!, Math.abs(largest[i]!));
  }
  const factors = largest.map((value, i) => -awayFromZeroToHalf(value * inverse(scales[i % columns]!)));
  const perLevel = Float64Array.from(factors, (factor, i) => inverse(factor * scales[i % columns]!));
  const codes = new Uint8Array(words.buffer, 0, layout.codes);
  for (let row = 0; row < rows; row += 2) {
    const from = row * columns;
    const group = Math.floor(row / GROUP) * columns;
    const to = (row >> 2) * columns * 2 + (row & 2) * 2;
    for (let n = 0; n < columns; n++) {
      const high = nearestCode(packed[from + n]! * perLevel[group + n]!);
      const low = nearestCode(packed[from + columns + n]! * perLevel[group + n]!);
      codes[to + (n >> 2) * 8 + (n & 3)] = (high << 4) | (low & 15);
    }
  }
  new Uint16Array(words.buffer, layout.codes, factors.length).set(float32ToFloat16Bits(factors));
  new Float32Array(words.buffer, layout.codes + layout.factors).set(scales);
}

/** The element of largest magnitude of each column in each group of rows, `[⌈rows / group⌉, columns]`. */
function largestOf(packed: Float32Array, columns: number, group: number, label: string): Float32Array {
  const rows = packed.length / columns;
  const largest = new Float32Array(Math.ceil(rows / group) * columns);
  // 0 until something that is not finite is multiplied into it.
  let poison = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = Math.floor(row / group) * columns;
    for (let n = 0; n < columns; n++) {
      const value = packed[from + n]!;
      const most = largest[to + n]!;
      if (value * value > most * most) largest[to + n] = value;
      poison += value * 0;
    }
  }
  if (Number.isNaN(poison)) {
    const got = packed.find((value) => !Number.isFinite(value));
    throw new FileError(`weights: want finite numbers in ${label} to quantise, got ${got}. Use dtype f32.`);
  }
  return largest;
}

/** `1 / x`, and 0 of 0: a column of zeros has codes of zero. */
function inverse(x: number): number {
  return x === 0 ? 0 : 1 / x;
}

/** The next f16 beyond x in [-1, 1], as seen from 0: a factor cut short would leave its group's largest out of range. */
function awayFromZeroToHalf(x: number): number {
  if (x === 0) return 0;
  // f16 has 10 binary places behind the leading one, but none behind the 24th of the whole.
  const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(x))) - 10, -24);
  return Math.sign(x) * Math.min(1, Math.ceil(Math.abs(x) / unit) * unit);
}

/** So many that a border between two codes is met within 1/4096 of the range; a search would cost five times as much. */
const BINS = 4096;
const CODES = Int8Array.from({ length: BINS + 1 }, (_, bin) => {
  const middle = (2 * bin + 1) / BINS - 1;
  const error = (code: number) => Math.abs(code * (LEVEL.linear + LEVEL.cubic * code ** 2) - middle);
  return Array.from({ length: 16 }, (_, i) => i - 8).reduce((best, code) => (error(code) < error(best) ? code : best));
});

/** The code whose level is nearest to x in [-1, 1]. */
function nearestCode(x: number): number {
  return CODES[((x + 1) * (BINS / 2)) | 0]!;
}
