import { describe, expect, test } from "vitest";
import { momentBlocks } from "../../src/kernels/shared/compensate.ts";
import { quantize } from "../../src/kernels/shared/quantize.ts";
import { randomNormal } from "../random.ts";
import { dequantize } from "../reference/dequantize.ts";
import { gram } from "../reference/gram.ts";

const COLUMNS = 8;

/** Inputs `[count, rows]` that go together: mixtures of a few, and a mean. */
function inputsOf(rows: number, count: number, seed: number): Float32Array {
  const shared = 12;
  const mix = randomNormal(shared * rows, 1);
  const mean = randomNormal(rows, 2);
  const hidden = randomNormal(count * shared, seed);
  const noise = randomNormal(count * rows, seed + 1, { deviation: 0.3 });
  return noise.map((value, at) => {
    const [i, row] = [Math.floor(at / rows), at % rows];
    let sum = value + mean[row]!;
    for (let k = 0; k < shared; k++) sum += hidden[i * shared + k]! * mix[k * rows + row]!;
    return sum;
  });
}

/** As the kernel gives them. */
function momentsOf(x: Float32Array, rows: number): Float32Array {
  const { blocks, size } = momentBlocks(rows);
  return Float32Array.from({ length: blocks * size * size }, (_, at) => {
    const block = Math.floor(at / size / size) * size;
    const [i, j] = [block + (Math.floor(at / size) % size), block + (at % size)];
    return Math.max(i, j) < rows ? gram(x, rows, i, j) : 0;
  });
}

/** Root mean square error of the products of x, against the products'. */
function productError(x: Float32Array, rows: number, weight: Float32Array, got: Float64Array): number {
  let [errors, squares] = [0, 0];
  for (let at = 0; at < x.length; at += rows) {
    for (let n = 0; n < COLUMNS; n++) {
      let [error, product] = [0, 0];
      for (let k = 0; k < rows; k++) {
        const i = k * COLUMNS + n;
        error += x[at + k]! * (got[i]! - weight[i]!);
        product += x[at + k]! * weight[i]!;
      }
      errors += error ** 2;
      squares += product ** 2;
    }
  }
  return Math.sqrt(errors / squares);
}

describe("q4 rounded by moments", () => {
  // A block, one that ends within a group, and two blocks of which the second is small.
  test.each([64, 100, 552])("of %i rows: products of other inputs of the kind err less", (rows) => {
    const weight = randomNormal(rows * COLUMNS, 3);
    const plain = quantize("q4", weight, COLUMNS, "w");
    const fitted = quantize("q4", weight, COLUMNS, "w", momentsOf(inputsOf(rows, 600, 10), rows));
    expect(fitted.length).toBe(plain.length);
    const others = inputsOf(rows, 100, 20);
    const errorOf = (words: Uint32Array) => productError(others, rows, weight, dequantize("q4", words, rows, COLUMNS));
    expect(errorOf(fitted)).toBeLessThan(0.6 * errorOf(plain));
  });

  test("rows whose inputs are always 0 change nothing in the others, and zeros stay", () => {
    const rows = 64;
    const dead = 32 * COLUMNS;
    const weight = randomNormal(rows * COLUMNS, 4).map((value, i) => (i % COLUMNS === 5 ? 0 : value));
    // The columns' scales come from here, whatever the dead rows hold.
    for (let n = 0; n < 5; n++) weight[40 * COLUMNS + n] = 9;
    const moments = momentsOf(
      inputsOf(rows, 200, 30).map((value, i) => (i % rows < 32 ? 0 : value)),
      rows,
    );
    const of = (w: Float32Array) => dequantize("q4", quantize("q4", w, COLUMNS, "w", moments), rows, COLUMNS);
    const got = of(weight);
    for (let k = 0; k < rows; k++) expect(Math.abs(got[k * COLUMNS + 5]!)).toBe(0);
    const other = of(weight.map((value, i) => (i < dead ? value / 3 : value)));
    for (let i = dead; i < got.length; i++) if (i % COLUMNS < 5) expect(other[i]).toBe(got[i]);
    expect(other.slice(0, dead)).not.toEqual(got.slice(0, dead));
  });

  test("is for q4 alone", () => {
    const weight = randomNormal(64 * COLUMNS, 5);
    const moments = momentsOf(inputsOf(64, 100, 40), 64);
    expect(quantize("q8", weight, COLUMNS, "w", moments)).toEqual(quantize("q8", weight, COLUMNS, "w"));
  });
});
