import { FileError } from "../../runtime/errors.ts";
import { float32ToFloat16Bits } from "../../runtime/floats.ts";
import { GROUP, type QuantizedFormat, quantizedLayout } from "./weight-format.ts";

/** The largest code. int8 and int4 have one more below, which would make the range lopsided. */
const LARGEST: Readonly<Record<QuantizedFormat, number>> = { q8: 127, q4: 7 };

/**
 * A packed weight `[rows, columns]` (see `packedShape`) in the bytes that {@link QuantizedLayout} describes.
 *
 * Symmetric, rounded to nearest: an element errs by at most half a step. q8 has one step for each column, its largest
 * magnitude / 127; q4 one for each column of 32 rows, their largest magnitude / 7 or, since the factor is rounded up to
 * the next f16, up to 1/1024 more.
 * @param label names the weight in an error
 * @throws FileError for NaN and infinity
 */
export function quantize(
  format: QuantizedFormat,
  packed: Float32Array,
  columns: number,
  label: string,
): Uint32Array<ArrayBuffer> {
  const rows = packed.length / columns;
  const layout = quantizedLayout(format, rows, columns);
  const group = format === "q8" ? rows : GROUP;
  const magnitudes = groupMagnitudes(packed, columns, group, label);
  const scales = columnScales(magnitudes, columns, LARGEST[format]);
  const factors = format === "q8" ? undefined : groupFactors(magnitudes, scales);
  const steps = Float64Array.from(magnitudes, (_, i) => scales[i % columns]! * (factors?.[i] ?? 1));

  const words = new Uint32Array(layout.bytes / 4);
  writeCodes(format, new Uint8Array(words.buffer), packed, columns, group, steps);
  if (factors) new Uint16Array(words.buffer, layout.codes).set(float32ToFloat16Bits(factors));
  new Float32Array(words.buffer, layout.codes + layout.factors).set(scales);
  return words;
}

/** Largest magnitude of each column in each group of rows, `[⌈rows / group⌉, columns]`. */
function groupMagnitudes(packed: Float32Array, columns: number, group: number, label: string): Float32Array {
  const rows = packed.length / columns;
  const magnitudes = new Float32Array(Math.ceil(rows / group) * columns);
  // 0 until something that is not finite is multiplied into it.
  let poison = 0;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = Math.floor(row / group) * columns;
    for (let n = 0; n < columns; n++) {
      const value = packed[from + n]!;
      const magnitude = value < 0 ? -value : value;
      if (magnitude > magnitudes[to + n]!) magnitudes[to + n] = magnitude;
      poison += value * 0;
    }
  }
  if (Number.isNaN(poison)) {
    const got = packed.find((value) => !Number.isFinite(value));
    throw new FileError(`weights: want finite numbers in ${label} to quantise, got ${got}. Use dtype f32.`);
  }
  return magnitudes;
}

function columnScales(magnitudes: Float32Array, columns: number, largest: number): Float32Array {
  const scales = new Float32Array(columns);
  for (const [i, magnitude] of magnitudes.entries()) {
    scales[i % columns] = Math.max(scales[i % columns]!, magnitude);
  }
  return scales.map((magnitude) => magnitude / largest);
}

/** What is left of each group's step beside its column's scale, at most 1, as f16 has it. */
function groupFactors(magnitudes: Float32Array, scales: Float32Array): Float32Array {
  return magnitudes.map((magnitude, i) => {
    const scale = scales[i % scales.length]!;
    return scale === 0 ? 0 : Math.min(1, roundUpToHalf(magnitude / LARGEST.q4 / scale));
  });
}

/** The next f16 from `x ≥ 0` on. Rounded down, a factor would leave its group's largest weight out of the range. */
function roundUpToHalf(x: number): number {
  // f16 has 10 binary places after the leading one, and none beyond the 24th after the point.
  const unit = 2 ** Math.max(Math.floor(Math.log2(x)) - 10, -24);
  return Math.ceil(x / unit) * unit;
}

function writeCodes(
  format: QuantizedFormat,
  bytes: Uint8Array,
  packed: Float32Array,
  columns: number,
  group: number,
  steps: Float64Array,
): void {
  const rows = packed.length / columns;
  const perStep = steps.map((step) => (step === 0 ? 0 : 1 / step));
  const block = format === "q8" ? 16 : 8;
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const ofGroup = Math.floor(row / group) * columns;
    const line = format === "q8" ? row % 4 : (row % 4) >> 1;
    const ofRow = (row >> 2) * (columns / 4) * block + 4 * line;
    const place = row % 2 === 0 ? 4 : 0;
    for (let n = 0; n < columns; n++) {
      // Rounded to nearest: the sum is positive, so that cutting off is rounding down.
      const code = ((packed[from + n]! * perStep[ofGroup + n]! + 128.5) | 0) - 128;
      const at = ofRow + (n >> 2) * block + (n & 3);
      if (format === "q8") bytes[at] = code;
      else bytes[at]! |= (code & 15) << place;
    }
  }
}
