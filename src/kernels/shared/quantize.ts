import { FileError } from "../../runtime/errors.ts";
import { float32ToFloat16Bits, toFloat32 } from "../../runtime/floats.ts";
import { compensate } from "./compensate.ts";
import { inverse, LEVELS, nearestCode } from "./levels.ts";
import { GROUP, quantizedLayout } from "./quantized-layout.ts";
import type { QuantizedFormat } from "./weight-format.ts";

/**
 * A packed weight `[rows, columns]` (see `packedShape`) in the bytes that {@link QuantizedLayout} describes. Every element
 * gets the code whose value is nearest, in q8 within half a step, 1/254 of its group's largest magnitude.
 * @param label names the weight in an error
 * @param moments of the rows' inputs, see {@link compensate}; q4 then makes the products err least instead of the weights
 * @throws FileError for NaN and infinity
 */
export function quantize(
  format: QuantizedFormat,
  packed: Float32Array,
  columns: number,
  label: string,
  moments?: Float32Array,
): Uint32Array<ArrayBuffer> {
  const layout = quantizedLayout(format, packed.length / columns, columns);
  const words = new Uint32Array(layout.bytes / 4);
  const largest = largestOf(packed, columns, GROUP[format], label);
  const scales = new Float32Array(words.buffer, layout.codes, columns);
  for (let i = 0; i < largest.length; i++) {
    scales[i % columns] = Math.max(scales[i % columns]!, Math.abs(largest[i]!));
  }
  const parts = largest.map((value, i) => value * inverse(scales[i % columns]!));
  const first = parts.map((part) => (format === "q8" ? Math.abs(part) : -part));
  const plain = { packed, factors: format === "q8" ? first : fitFactors(packed, columns, scales, first) };
  const fitted = moments && format === "q4" ? compensate(packed, columns, scales, moments) : plain;
  const halves = new Uint16Array(words.buffer, layout.codes + layout.scales, first.length);
  halves.set(float32ToFloat16Bits(fitted.factors));
  const perUnit = perLevel(toFloat32("F16", new Uint8Array(halves.slice().buffer)), scales);
  const codes = new Uint8Array(words.buffer, 0, layout.codes);
  if (format === "q8") encodeBytes(codes, fitted.packed, columns, perUnit);
  else encodeHalves(codes, fitted.packed, columns, perUnit);
  return words;
}

function encodeBytes(codes: Uint8Array, packed: Float32Array, columns: number, perUnit: Float64Array): void {
  const rows = packed.length / columns;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const group = Math.floor(row / GROUP.q8) * columns;
    const to = (row >> 2) * columns * 4 + (row & 3) * 4;
    for (let n = 0; n < columns; n++) {
      // To the nearest: what is cut off is positive, so that cutting rounds down. The factor may have been rounded down.
      const code = ((packed[from + n]! * perUnit[group + n]! * 127 + 128.5) | 0) - 128;
      codes[to + (n >> 2) * 16 + (n & 3)] = code < -127 ? -127 : code > 127 ? 127 : code;
    }
  }
}

function encodeHalves(codes: Uint8Array, packed: Float32Array, columns: number, perUnit: Float64Array): void {
  const rows = packed.length / columns;
  for (let row = 0; row < rows; row += 2) {
    const from = row * columns;
    const group = Math.floor(row / GROUP.q4) * columns;
    const to = (row >> 2) * columns * 2 + (row & 2) * 2;
    for (let n = 0; n < columns; n++) {
      const high = nearestCode(packed[from + n]! * perUnit[group + n]!);
      const low = nearestCode(packed[from + columns + n]! * perUnit[group + n]!);
      codes[to + (n >> 2) * 8 + (n & 3)] = (high << 4) | (low & 15);
    }
  }
}

/**
 * The factors that fit the weights best, given the codes that the first ones give: `Σ wl / Σ l²` of the levels l. The RMS
 * error falls by 3 %; doing it again would gain another percent.
 */
function fitFactors(packed: Float32Array, columns: number, scales: Float32Array, first: Float32Array): Float32Array {
  const rows = packed.length / columns;
  const perUnit = perLevel(first, scales);
  const products = new Float64Array(first.length);
  const squares = new Float64Array(first.length);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const group = Math.floor(row / GROUP.q4) * columns;
    for (let n = 0; n < columns; n++) {
      const at = group + n;
      const unit = packed[from + n]! * perUnit[at]!;
      const level = LEVELS[nearestCode(unit) + 8]!;
      products[at]! += unit * level;
      squares[at]! += level * level;
    }
  }
  return first.map((factor, i) => (squares[i] === 0 ? 0 : (factor * products[i]!) / squares[i]!));
}

/** What an element is multiplied by to be compared with levels. */
function perLevel(factors: Float32Array, scales: Float32Array): Float64Array {
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
