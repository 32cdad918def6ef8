import { expect, test } from "vitest";
import {
  bytesPerElement,
  float32ToFloat16Bits,
  roundedTo,
  type StoredDType,
  toFloat32,
} from "../../src/runtime/floats.ts";

/** The definition of IEEE binary16. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

const bytesOf = (array: { buffer: ArrayBuffer }) => new Uint8Array(array.buffer);

test("all 65,536 halves have the value that the standard gives them", () => {
  const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
  const floats = toFloat32("F16", bytesOf(halves));
  const wrong = [...halves].filter((half) => !Object.is(floats[half], halfValue(half)));
  expect(wrong).toEqual([]);
});

test("every half survives the way to float and back, NaN as a quiet NaN", () => {
  const halves = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
  const back = float32ToFloat16Bits(toFloat32("F16", bytesOf(halves)));
  const isNaN16 = (half: number) => (half & 0x7fff) > 0x7c00;
  const wrong = [...halves].filter((half) => back[half] !== (isNaN16(half) ? half | 0x200 : half));
  expect(wrong).toEqual([]);
});

test("between all neighbouring halves: below the middle down, above it up, in the middle to even", () => {
  const wrong: number[] = [];
  for (let half = 0; half < 0x7c00; half++) {
    // Above the largest half comes what would be 2^16; from the middle on, it is infinity.
    const middle = (halfValue(half) + (half === 0x7bff ? 65536 : halfValue(half + 1))) / 2;
    const bits = new Uint32Array(new Float32Array([middle]).buffer)[0]!;
    const near = new Float32Array(Uint32Array.of(bits - 1, bits, bits + 1).buffer);
    const want = [half, half + (half & 1), half + 1];
    const got = [...float32ToFloat16Bits(near)];
    const negative = [...float32ToFloat16Bits(near.map((x) => -x))];
    if (want.some((w, i) => got[i] !== w || negative[i] !== (w | 0x8000))) wrong.push(half);
  }
  expect(wrong).toEqual([]);
});

test("far above and below the halves: infinity, zero, both with their sign", () => {
  const values = Float32Array.of(65520, 3e38, Number.POSITIVE_INFINITY, -1e30, 1e-40, -1e-30, 0, -0);
  expect([...float32ToFloat16Bits(values)]).toEqual([0x7c00, 0x7c00, 0x7c00, 0xfc00, 0, 0x8000, 0, 0x8000]);
});

test("BF16 is the upper half of a float, infinities, NaN and subnormals included", () => {
  const floats = toFloat32("BF16", bytesOf(Uint16Array.of(0x3f80, 0xc049, 0x7f80, 0xff80, 0x7fc1, 0x0001, 0x8000)));
  const bits = [...new Uint32Array(floats.buffer)];
  expect(bits).toEqual([0x3f800000, 0xc0490000, 0x7f800000, 0xff800000, 0x7fc10000, 0x00010000, 0x80000000]);
});

test("rounded to a type: to the nearest, to even in the middle, and as it is in a wider one", () => {
  const values = Float32Array.of(
    1 + 2 ** -9,
    1 + 2 ** -8,
    1 + 3 * 2 ** -8,
    -1.00390625,
    3.4e38,
    Number.NEGATIVE_INFINITY,
    0,
  );
  expect([...roundedTo("BF16", values)]).toEqual([
    1,
    1,
    1 + 2 ** -6,
    -1,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
  ]);
  expect([...roundedTo("F16", Float32Array.of(1 + 2 ** -11, 1 + 3 * 2 ** -11))]).toEqual([1, 1 + 2 ** -9]);
  expect(roundedTo("F32", values)).toBe(values);
});

test("F32 is viewed where it is aligned and copied where it is not", () => {
  const buffer = new ArrayBuffer(16);
  new DataView(buffer).setFloat32(4, 1.5, true);
  const view = toFloat32("F32", new Uint8Array(buffer, 4, 8));
  expect([...view]).toEqual([1.5, 0]);
  expect(view.buffer).toBe(buffer);
  new DataView(buffer).setFloat32(1, -2.25, true);
  const copy = toFloat32("F32", new Uint8Array(buffer, 1, 4));
  expect([...copy]).toEqual([-2.25]);
  expect(copy.buffer).not.toBe(buffer);
});

test.each<[StoredDType, { buffer: ArrayBuffer }, number[]]>([
  ["F64", Float64Array.of(0.1, -1e300), [Math.fround(0.1), Number.NEGATIVE_INFINITY]],
  ["I64", BigInt64Array.of(-3n, 2n ** 40n), [-3, 2 ** 40]],
  ["U64", BigUint64Array.of(2n ** 63n), [2 ** 63]],
  ["I32", Int32Array.of(-7, 16777217), [-7, 16777216]],
  ["U32", Uint32Array.of(4294967295), [4294967296]],
  ["I16", Int16Array.of(-32768), [-32768]],
  ["U16", Uint16Array.of(65535), [65535]],
  ["I8", Int8Array.of(-128, 5), [-128, 5]],
  ["U8", Uint8Array.of(255), [255]],
  ["BOOL", Uint8Array.of(0, 1, 2), [0, 1, 1]],
])("%s", (dtype, array, want) => {
  expect([...toFloat32(dtype, bytesOf(array))]).toEqual(want);
  const shifted = new Uint8Array(bytesOf(array).length + 1);
  shifted.set(bytesOf(array), 1);
  expect([...toFloat32(dtype, shifted.subarray(1))]).toEqual(want);
  expect(bytesOf(array).length % bytesPerElement(dtype)).toBe(0);
});
