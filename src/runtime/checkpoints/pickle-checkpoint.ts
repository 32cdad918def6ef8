import { FileError } from "../errors.ts";
import { bytesPerElement } from "../floats.ts";
import { quote } from "../quote.ts";
import type { ByteSource } from "../sources/byte-source.ts";
import type { StoredTensor } from "./stored-tensor.ts";
import { readStoredZip } from "./stored-zip.ts";
import { readTorchStateDict, type TorchTensor } from "./torch-state-dict.ts";

/** Hundreds of times the pickle of a DPT-Large (60 kB). */
const MAX_PICKLE_BYTES = 32 * 1024 * 1024;

/**
 * Reads the table of a PyTorch checkpoint (`torch.save` of a state dict, the zip format of PyTorch 1.6 and later).
 * Nothing of the pickle is run and no tensor data is read: a tensor is a byte range of its storage, which lies
 * uncompressed in the zip and is the tensor's `source`.
 * @returns the tensors by name, in the order of the state dict.
 * @throws FileError if it is no such file, is big-endian, or a storage is missing or of another size.
 */
export async function readPickleCheckpoint(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredTensor>> {
  await checkMagic(source, signal);
  const members = await readStoredZip(source, signal);
  const root = rootOf(source, [...members.keys()]);
  const byteOrder = members.get(`${root}/byteorder`);
  if (byteOrder) await checkByteOrder(byteOrder, signal);
  const pickle = members.get(`${root}/data.pkl`)!;
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw new FileError(
      `${pickle.name}: want at most ${MAX_PICKLE_BYTES} bytes, got ${pickle.size}. ` +
        "Save the tensors alone: torch.save(model.state_dict(), path).",
    );
  }
  const stateDict = readTorchStateDict(await pickle.read(0, pickle.size, signal), pickle.name);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of stateDict) {
    const storage = members.get(`${root}/data/${tensor.storage.key}`);
    const want = tensor.storage.length * bytesPerElement(tensor.storage.dtype);
    if (storage?.size !== want) {
      throw new FileError(
        `${source.name}: tensor ${quote(name)}: want ${want} bytes in storage ${quote(tensor.storage.key)}, ` +
          `got ${storage ? `${storage.size} bytes` : "no such storage"}. Download the file again.`,
      );
    }
    tensors.set(name, locate(name, tensor, storage));
  }
  return tensors;
}

async function checkMagic(source: ByteSource, signal?: AbortSignal): Promise<void> {
  const magic = await source.read(0, Math.min(4, source.size), signal);
  const text = String.fromCharCode(...magic);
  if (text === "PK\u0003\u0004") return;
  if (magic[0] === 0x80) {
    throw new FileError(
      `${source.name}: want PyTorch's zip format, got its older one (a bare pickle). ` +
        "Load it and save it again with PyTorch 1.6 or newer, best as safetensors.",
    );
  }
  throw new FileError(
    `${source.name}: want a PyTorch zip file, got one that begins with ${quote(text)}. ` +
      "A Git LFS pointer or a web page? Download it again.",
  );
}

/** The folder in the zip, named after the file that torch.save once wrote. */
function rootOf(source: ByteSource, members: readonly string[]): string {
  const pickles = members.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw new FileError(
      `${source.name}: want one NAME/data.pkl in the zip, got ${pickles.length}. Is it a file of torch.save?`,
    );
  }
  return pickles[0]!.slice(0, -"/data.pkl".length);
}

async function checkByteOrder(member: ByteSource, signal?: AbortSignal): Promise<void> {
  const text = new TextDecoder().decode(await member.read(0, Math.min(member.size, 16), signal));
  if (text !== "little") {
    throw new FileError(
      `${member.name}: want "little", got ${quote(text)}. Save the checkpoint on a little-endian machine.`,
    );
  }
}

function locate(name: string, { storage, offset, shape, strides }: TorchTensor, source: ByteSource): StoredTensor {
  const { dtype } = storage;
  const width = bytesPerElement(dtype);
  const elements = shape.includes(0) ? 0 : 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const begin = elements === 0 ? 0 : offset * width;
  const tensor = { name, dtype, shape, begin, end: begin + elements * width, source };
  return elements === 0 || isRowMajor(shape, strides) ? tensor : { ...tensor, strides };
}

/** The stride of an axis of length 1 is never used, and PyTorch leaves anything in it. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let want = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== want) return false;
    want *= shape[axis]!;
  }
  return true;
}
