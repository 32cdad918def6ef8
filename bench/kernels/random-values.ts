import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { loadFloats, storeFloats } from "../../src/runtime/session/store-floats.ts";
import { randomNormal } from "../../test/random.ts";

/** Numbers after which they come again. A prime: no shape has rows, tiles or maps that repeat with it. */
const PERIOD = 1_000_003;

/** Normal deviates that a precision stores exactly, so that the formula and the kernel get the same numbers. */
export function randomValues(length: number, precision: Precision, deviation = 1): Float32Array {
  const drawn = randomNormal(Math.min(length, PERIOD), length, { deviation });
  const stored = storeFloats(drawn, precision);
  const exact = loadFloats(stored.buffer as ArrayBuffer, precision, drawn.length);
  if (length === exact.length) return exact;
  const values = new Float32Array(length);
  for (let from = 0; from < length; from += PERIOD) values.set(exact.subarray(0, length - from), from);
  return values;
}

/** A matrix `[rows, columns]` whose products with a random vector stay near 1. */
export function randomWeights(rows: number, columns: number, precision: Precision): Float32Array {
  return randomValues(rows * columns, precision, columns ** -0.5);
}
