import { FileError } from "../../runtime/errors.ts";
import { float32ToFloat16Bits, toFloat32 } from "../../runtime/floats.ts";
import { compensate } from "./compensate.ts";
import { factorOf, fitGroup } from "./fit-factor.ts";
import { inverse, nearestCode } from "./levels.ts";
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
  const codes = new Uint8Array(words.buffer, 0, layout.codes);
  const factorsAt = layout.codes + layout.scales;
  if (format === "q8") {
    const halves = new Uint16Array(words.buffer, factorsAt, largest.length);
    halves.set(float32ToFloat16Bits(largest.map((value, i) => Math.abs(value) * inverse(scales[i % columns]!))));
    const factors = toFloat32("F16", new Uint8Array(halves.slice().buffer));
    encodeBytes(codes, packed, columns, perLevel(factors, scales));
  } else {
    const factors = new Int8Array(words.buffer, factorsAt, largest.length);
    const fitted = moments ? compensate(packed, columns, scales, moments, factors) : packed;
    if (!moments) fitFactors(factors, packed, columns, scales);
    encodeHalves(codes, fitted, columns, perLevel(Float64Array.from(factors, factorOf), scales));
  }
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

/** The codes of q4's factors with which the weights err least. */
function fitFactors(codes: Int8Array, packed: Float32Array, columns: number, scales: Float32Array): void {
  const rows = packed.length / columns;
  for (let first = 0; first < rows; first += GROUP.q4) {
    const weights = new Float64Array(Math.min(GROUP.q4, rows - first)).fill(1);
    const at = (first / GROUP.q4) * columns;
    fitGroup(codes.subarray(at, at + columns), packed.subarray(first * columns), scales, weights);
  }
}

/** What an element is multiplied by to be compared with levels. */
function perLevel(factors: Float32Array | Float64Array, scales: Float32Array): Float64Array {
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
