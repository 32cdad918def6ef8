import { FileError } from "../errors.ts";
import { isStoredDType } from "../floats.ts";
import { quote } from "../quote.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import { hasDuplicateKeys } from "../sources/duplicate-keys.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "../sources/read-json.ts";
import { byteLengthOf, type StoredTensor } from "./stored-tensor.ts";

/** The limit of the safetensors library itself. */
const MAX_HEADER_BYTES = 100_000_000;

const DAMAGED = "The file is damaged or was written wrongly; download it again or save it anew.";

export interface SafetensorsHeader {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__`; empty if there is none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a safetensors file, and nothing behind it: 8 bytes of length, then JSON.
 * Every rule of the format is checked (https://github.com/huggingface/safetensors#format), so that what is returned
 * lies inside the file, without overlap and without holes.
 * @throws FileError if any rule is broken.
 */
export async function readSafetensorsHeader(source: ByteSource, signal?: AbortSignal): Promise<SafetensorsHeader> {
  const where = source.name;
  if (source.size < 8) {
    throw new FileError(`${where}: want at least 8 bytes, got ${source.size}. Download the file again.`);
  }
  const prefix = await source.read(0, 8, signal);
  const declared = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (declared === 0n || declared > MAX_HEADER_BYTES || declared > source.size - 8) {
    throw new FileError(
      `${where}: want a header of 1 to ${Math.min(MAX_HEADER_BYTES, source.size - 8)} bytes, got ${declared}. ` +
        "The download was cut short or this is no safetensors file (a Git LFS pointer? a web page?); download it again.",
    );
  }
  const dataBegin = 8 + Number(declared);
  const header = parseHeader(where, await source.read(8, dataBegin, signal));
  const tensors = new Map<string, StoredTensor>();
  const metadata = new Map<string, string>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") readMetadata(where, entry, metadata);
    else tensors.set(name, readEntry(source, name, entry, dataBegin));
  }
  checkCover(source, [...tensors.values()], dataBegin);
  return { tensors, metadata };
}

function parseHeader(where: string, bytes: Uint8Array): JsonObject {
  if (bytes[0] !== "{".charCodeAt(0)) {
    throw new FileError(`${where}: want a header that begins with "{", got byte ${bytes[0]}. ${DAMAGED}`);
  }
  const header = parseJsonObject(`${where}: header`, bytes);
  if (hasDuplicateKeys(new TextDecoder().decode(bytes), header)) {
    throw new FileError(`${where}: want every key of the header once, got one twice. ${DAMAGED}`);
  }
  return header;
}

function readMetadata(where: string, entry: unknown, metadata: Map<string, string>): void {
  if (!isJsonObject(entry)) {
    throw new FileError(`${where}: want __metadata__ to be an object, got ${quote(entry)}. ${DAMAGED}`);
  }
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") {
      throw new FileError(`${where}: want __metadata__ to hold text, got ${quote(key)}: ${quote(value)}. ${DAMAGED}`);
    }
    metadata.set(key, value);
  }
}

function readEntry(source: ByteSource, name: string, entry: unknown, dataBegin: number): StoredTensor {
  const where = `${source.name}: tensor ${quote(name)}`;
  const { dtype, shape, data_offsets: offsets } = isJsonObject(entry) ? entry : {};
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    throw new FileError(`${where}: want dtype, shape and data_offsets, got ${quote(entry)}. ${DAMAGED}`);
  }
  if (!isStoredDType(dtype)) {
    throw new FileError(
      `${where}: want dtype F64, F32, F16, BF16, I8 to I64, U8 to U64 or BOOL, got ${quote(dtype)}. ` +
        "Convert the checkpoint to F16 or F32.",
    );
  }
  if (!isSizes(shape)) {
    throw new FileError(`${where}: want a shape of whole numbers from 0 to 2^53 - 1, got ${quote(shape)}. ${DAMAGED}`);
  }
  const want = byteLengthOf(dtype, shape);
  if (want === undefined) {
    throw new FileError(`${where}: want fewer than 2^53 bytes, got shape ${quote(shape)} of ${dtype}. ${DAMAGED}`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw new FileError(`${where}: want data_offsets [begin, end], got ${quote(offsets)}. ${DAMAGED}`);
  }
  const begin = dataBegin + offsets[0]!;
  const end = dataBegin + offsets[1]!;
  if (end > source.size) {
    throw new FileError(
      `${where}: want data within the file's ${source.size} bytes, got an end at ${end}. ` +
        "The download was cut short; download the file again.",
    );
  }
  if (end - begin !== want) {
    throw new FileError(
      `${where}: want ${want} bytes for shape ${quote(shape)} of ${dtype}, got ${end - begin}. ${DAMAGED}`,
    );
  }
  return { name, dtype, shape, begin, end, source };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/** The format forbids overlaps (two names for one memory) and holes (room to hide things), up to the last byte. */
function checkCover(source: ByteSource, tensors: readonly StoredTensor[], dataBegin: number): void {
  let covered = dataBegin;
  for (const { name, begin, end } of tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      const fault = begin < covered ? "overlapping the one before" : "behind a hole";
      throw new FileError(
        `${source.name}: tensor ${quote(name)}: want data from byte ${covered}, got ${begin}, ${fault}. ${DAMAGED}`,
      );
    }
    covered = end;
  }
  if (covered !== source.size) {
    throw new FileError(
      `${source.name}: want the tensors to end with the file at byte ${source.size}, got ${covered}. ${DAMAGED}`,
    );
  }
}
