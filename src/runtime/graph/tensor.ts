/** How a number is stored. Sums are always taken in f32; `u8` and `u16` are packed into 32-bit words. */
export type DType = "f32" | "f16" | "u32" | "i32" | "u16" | "u8";

/** How weights and activations are stored. */
export type Precision = Extract<DType, "f32" | "f16">;

/** Sizes from the slowest to the fastest dimension; activations are `[N, H, W, C]`, tokens `[N, T, C]`. */
export type Shape = readonly number[];

/** What a kernel reads or writes. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

const BYTES: Readonly<Record<DType, number>> = { f32: 4, f16: 2, u32: 4, i32: 4, u16: 2, u8: 1 };

/** Elements of a shape: 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes a tensor takes in a storage buffer: rounded up to 16, so that vec4 loads of the last elements stay inside. */
export function byteLength({ shape, dtype }: TensorSpec): number {
  return Math.max(16, Math.ceil((elementCount(shape) * BYTES[dtype]) / 16) * 16);
}

/** `[1, 901, 1024] f32`, for labels and errors. */
export function describeTensor({ shape, dtype }: TensorSpec): string {
  return `[${shape.join(", ")}] ${dtype}`;
}

/** Whether two specs are the same. */
export function sameSpec(a: TensorSpec, b: TensorSpec): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i]);
}
