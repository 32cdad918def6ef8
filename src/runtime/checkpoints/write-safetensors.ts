import { UsageError } from "../errors.ts";
import type { StoredDType } from "../floats.ts";
import { byteLengthOf } from "./stored-tensor.ts";

/** The safetensors library's order of element types, last first: wide ones lead, so that every tensor is aligned. */
const DTYPE_ORDER: readonly StoredDType[] = [
  "U64",
  "I64",
  "F64",
  "F32",
  "U32",
  "I32",
  "BF16",
  "F16",
  "U16",
  "I16",
  "I8",
  "U8",
  "BOOL",
];

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
}

export interface SafetensorsPlan {
  /** The first bytes of the file: length, JSON and spaces up to a multiple of 8. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** In the order in which their bytes follow the header, with nothing between. */
  readonly tensors: readonly (TensorToWrite & { readonly byteLength: number })[];
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Lays out a safetensors file as the Rust library does: by element type, then by name.
 * @throws UsageError if a name comes twice or is `__metadata__`, or a shape is none.
 */
export function planSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): SafetensorsPlan {
  const ordered = tensors
    .map((tensor) => ({ ...tensor, byteLength: checkedByteLength(tensor) }))
    .sort((a, b) => DTYPE_ORDER.indexOf(a.dtype) - DTYPE_ORDER.indexOf(b.dtype) || (a.name < b.name ? -1 : 1));
  const names = new Set(["__metadata__"]);
  // Written entry by entry: an object would move keys such as "0" to the front and lose "__proto__".
  const entries = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : [];
  let offset = 0;
  for (const { name, dtype, shape, byteLength } of ordered) {
    if (names.has(name)) {
      throw new UsageError(`planSafetensors: want names that differ, got "${name}" twice. Rename one.`);
    }
    names.add(name);
    const entry = { dtype, shape, data_offsets: [offset, offset + byteLength] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    offset += byteLength;
  }
  const json = new TextEncoder().encode(`{${entries.join(",")}}`);
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(" ".charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(json, 8);
  return { header, tensors: ordered, size: header.length + offset };
}

/**
 * Streams a safetensors file piece by piece: the header, then each tensor's bytes as `bytesOf` gives them, one at a time.
 * @param bytesOf the row-major little-endian bytes of a tensor.
 * @throws UsageError if `bytesOf` gives another number of bytes than the shape says.
 */
export async function* writeSafetensors(
  tensors: readonly TensorToWrite[],
  bytesOf: (tensor: TensorToWrite) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
  metadata?: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const plan = planSafetensors(tensors, metadata);
  yield plan.header;
  for (const tensor of plan.tensors) {
    const bytes = await bytesOf(tensor);
    if (bytes.length !== tensor.byteLength) {
      throw new UsageError(
        `writeSafetensors: want ${tensor.byteLength} bytes of "${tensor.name}", got ${bytes.length}. ` +
          "Give the bytes of its shape and dtype.",
      );
    }
    yield bytes;
  }
}

function checkedByteLength({ name, dtype, shape }: TensorToWrite): number {
  const bytes = shape.every((size) => Number.isSafeInteger(size) && size >= 0) ? byteLengthOf(dtype, shape) : undefined;
  if (bytes === undefined) {
    throw new UsageError(
      `planSafetensors: want a shape of whole numbers for "${name}", got [${shape.join(", ")}]. Pass the tensor's shape.`,
    );
  }
  return bytes;
}
