/** Element types of checkpoints that can be read, by their safetensors names. */
export type StoredDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

const BYTES: ReadonlyMap<string, number> = new Map<StoredDType, number>([
  ["F64", 8],
  ["I64", 8],
  ["U64", 8],
  ["F32", 4],
  ["I32", 4],
  ["U32", 4],
  ["F16", 2],
  ["BF16", 2],
  ["I16", 2],
  ["U16", 2],
  ["I8", 1],
  ["U8", 1],
  ["BOOL", 1],
]);

export function bytesPerElement(dtype: StoredDType): number {
  return BYTES.get(dtype)!;
}

export function isStoredDType(name: unknown): name is StoredDType {
  return typeof name === "string" && BYTES.has(name);
}

/**
 * The elements as 32-bit floats, in file order. Checkpoints are little-endian, as are all machines with WebGPU.
 * F32 bytes at an address divisible by 4 are viewed, not copied: writing to the result then writes to `bytes`.
 * Integers and F64 are rounded to the nearest float; F16 and BF16 are exact, NaN payloads included.
 * @param bytes a whole number of elements.
 */
export function toFloat32(dtype: StoredDType, bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % bytesPerElement(dtype) === 0 ? bytes : bytes.slice();
  const args = [aligned.buffer, aligned.byteOffset, aligned.byteLength / bytesPerElement(dtype)] as const;
  switch (dtype) {
    case "F32":
      return new Float32Array(...args);
    case "F16":
      return float16ToFloat32(new Uint16Array(...args));
    case "BF16":
      return bfloat16ToFloat32(new Uint16Array(...args));
    case "F64":
      return new Float32Array(new Float64Array(...args));
    case "I64":
      return Float32Array.from(new BigInt64Array(...args), Number);
    case "U64":
      return Float32Array.from(new BigUint64Array(...args), Number);
    case "I32":
      return new Float32Array(new Int32Array(...args));
    case "U32":
      return new Float32Array(new Uint32Array(...args));
    case "I16":
      return new Float32Array(new Int16Array(...args));
    case "U16":
      return new Float32Array(new Uint16Array(...args));
    case "I8":
      return new Float32Array(new Int8Array(...args));
    case "U8":
      return new Float32Array(new Uint8Array(...args));
    case "BOOL":
      return Float32Array.from(new Uint8Array(...args), (byte) => (byte === 0 ? 0 : 1));
  }
}

let float16Table: Uint32Array | undefined;

/** A table of all 65,536 halves (256 KiB) beats bit arithmetic per element. */
function float16ToFloat32(halves: Uint16Array): Float32Array {
  float16Table ??= Uint32Array.from({ length: 0x10000 }, (_, half) => float32BitsOfHalf(half));
  const table = float16Table;
  // Copied as integers: as floats the engine may change a NaN's payload.
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]!]!;
  return new Float32Array(bits.buffer);
}

function float32BitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
  if (mantissa === 0) return sign >>> 0;
  // Subnormal, mantissa * 2^-24: move its leading one to bit 10, where a normal half has it implied.
  const shift = Math.clz32(mantissa) - 21;
  return (sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13)) >>> 0;
}

function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Each number, none of them NaN, as the nearest one of a floating point type that a checkpoint stores; as it is for a wider one. */
export function roundedTo(dtype: StoredDType, values: Float32Array): Float32Array {
  if (dtype === "F16") return float16ToFloat32(float32ToFloat16Bits(values));
  if (dtype !== "BF16") return values;
  const bits = new Uint32Array(values.slice().buffer);
  // To even where it is halfway; the carry may run into the exponent, and is right there.
  return new Float32Array(bits.map((x) => (x + 0x7fff + ((x >>> 16) & 1)) & 0xffff0000).buffer);
}

/**
 * IEEE half precision, rounded to nearest, ties to even, as `torch.Tensor.half()` does.
 * From 65,520 on values become infinite, below 2^-24 subnormal steps; NaN stays NaN (quiet).
 */
export function float32ToFloat16Bits(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const x = bits[i]!;
    const sign = (x >>> 16) & 0x8000;
    const a = x & 0x7fffffff;
    if (a >= 0x47800000) {
      // 65,536 and more, infinity or NaN.
      halves[i] = sign | (a > 0x7f800000 ? 0x7e00 | ((a >>> 13) & 0x3ff) : 0x7c00);
    } else if (a >= 0x38800000) {
      // Normal from 2^-14: the carry of the rounding may run into the exponent, up to infinity, and is right there.
      halves[i] = sign | ((a - 0x38000000 + 0xfff + ((a >>> 13) & 1)) >>> 13);
    } else if (a > 0x33000000) {
      // Subnormal, in steps of 2^-24.
      const shift = 126 - (a >>> 23);
      const mantissa = (a & 0x7fffff) | 0x800000;
      const kept = mantissa >>> shift;
      halves[i] = sign | ((mantissa + (1 << (shift - 1)) - 1 + (kept & 1)) >>> shift);
    } else {
      halves[i] = sign;
    }
  }
  return halves;
}
