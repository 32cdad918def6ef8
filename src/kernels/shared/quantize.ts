import { FileError } from "../../runtime/errors.ts";
import { float32ToFloat16Bits, toFloat32 } from "../../runtime/floats.ts";
import { GROUP, LEVEL, type QuantizedFormat, type QuantizedLayout, quantizedLayout } from "./weight-format.ts";

/**
 * A packed weight `[rows, columns]` (see `packedShape`) in the bytes that {@link QuantizedLayout} describes. Every element
 * gets the code whose value is nearest, in q8 within half a step, 1/254 of its column's largest magnitude.
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
  const scales = largestOf(packed, columns, rows, label).map(Math.abs);
  const perStep = Float64Array.from(scales, (scale) => 127 * inverse(scale));
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
  const first = largest.map((value, i) => -value * inverse(scales[i % columns]!));
  const halves = float32ToFloat16Bits(fitFactors(packed, columns, scales, first));
  const perLevel = levelsPerUnit(toFloat32("F16", new Uint8Array(halves.buffer)), scales);
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
  new Uint16Array(words.buffer, layout.codes, halves.length).set(halves);
  new Float32Array(words.buffer, layout.codes + layout.factors).set(scales);
}

/**
 * The factors that fit the weights best, given the codes that the first ones give: `Σ wl / Σ l²` of the levels l. The RMS
 * error falls by 3 %; doing it again would gain another percent.
 */
function fitFactors(packed: Float32Array, columns: number, scales: Float32Array, first: Float32Array): Float32Array {
  const rows = packed.length / columns;
  const perLevel = levelsPerUnit(first, scales);
  const products = new Float64Array(first.length);
  const squares = new Float64Array(first.length);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const group = Math.floor(row / GROUP) * columns;
    for (let n = 0; n < columns; n++) {
      const at = group + n;
      const unit = packed[from + n]! * perLevel[at]!;
      const level = LEVELS[nearestCode(unit) + 8]!;
      products[at]! += unit * level;
      squares[at]! += level * level;
    }
  }
  return first.map((factor, i) => (squares[i] === 0 ? 0 : (factor * products[i]!) / squares[i]!));
}

/** What an element is multiplied by to be compared with levels. */
function levelsPerUnit(factors: Float32Array, scales: Float32Array): Float64Array {
  return Float64Array.from(factors, (factor, i) => inverse(factor * scales[i % scales.length]!));
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

/** By code + 8. */
const LEVELS = Float64Array.from({ length: 16 }, (_, i) => {
  const s = Math.max((16 * (i - 8)) / 127, -1);
  return s * (LEVEL.linear + LEVEL.cubic * s ** 2);
});

/** So many that a border between two codes is met within 1/4096 of the range; a search would cost five times as much. */
const BINS = 4096;
const CODES = Int8Array.from({ length: BINS }, (_, bin) => {
  const middle = (2 * bin + 1) / BINS - 1;
  const errors = LEVELS.map((level) => Math.abs(level - middle));
  return errors.indexOf(Math.min(...errors)) - 8;
});

/** The code whose level is nearest to x. */
function nearestCode(x: number): number {
  const bin = ((x + 1) * (BINS / 2)) | 0;
  return CODES[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1]!;
}
