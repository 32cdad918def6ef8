import { bytesPerElement, type StoredDType } from "../floats.ts";
import type { ByteSource } from "../sources/byte-source.ts";

/** Where a tensor of a checkpoint lies; its data is read only by {@link readStoredTensor}. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StoredDType;
  /** As in PyTorch, `[]` for a scalar. */
  readonly shape: readonly number[];
  /** First byte in `source`. */
  readonly begin: number;
  /** One past the last byte in `source`. */
  readonly end: number;
  /** A safetensors file, or one storage (a member of the zip) of a PyTorch file. */
  readonly source: ByteSource;
  /** Steps per axis in elements; present only if the elements do not lie in row-major order without gaps. */
  readonly strides?: readonly number[];
}

/** `undefined` if the number of bytes is no exact double; shapes come from files, so they may say anything. */
export function byteLengthOf(dtype: StoredDType, shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  const bytes = shape.reduce((product, size) => product * size, bytesPerElement(dtype));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `count` rows of a tensor (steps along its first axis) from `first` on, as a tensor of the same source. */
export function rowsOf(tensor: StoredTensor, first: number, count: number): StoredTensor {
  const { dtype, shape, begin, strides } = tensor;
  const width = bytesPerElement(dtype);
  const inner = shape.slice(1);
  const row = strides?.[0] ?? inner.reduce((product, size) => product * size, 1);
  const cut = [count, ...inner];
  const steps = strides?.reduce((sum, stride, axis) => sum + (cut[axis]! - 1) * stride, 1) ?? count * row;
  const from = begin + first * row * width;
  return { ...tensor, shape: cut, begin: from, end: from + steps * width };
}

/** The tensor's bytes in row-major order, little-endian. */
export async function readStoredTensor(tensor: StoredTensor, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await tensor.source.read(tensor.begin, tensor.end, signal);
  return tensor.strides ? gather(bytes, bytesPerElement(tensor.dtype), tensor.shape, tensor.strides) : bytes;
}

/** Copies strided elements into row-major order; only PyTorch files have such tensors, and few of them. */
function gather(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  const result = new Uint8Array(count * width);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to += width) {
    for (let byte = 0; byte < width; byte++) result[to + byte] = bytes[from * width + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
