import { FileError, UsageError } from "../errors.ts";
import { toFloat32 } from "../floats.ts";
import { loadPart } from "../load-part.ts";
import { quote } from "../quote.ts";
import type { ByteSource, ModelFiles } from "../sources/byte-source.ts";
import { readJson } from "../sources/read-json.ts";
import { readSafetensorsHeader } from "./safetensors.ts";
import { readStoredTensor, type StoredTensor } from "./stored-tensor.ts";

/** The tensors of a model, in one file or many; opening reads the tables only. */
export interface Checkpoint {
  /** Names of the files in the model folder that hold the tensors. */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__` of its safetensors files. */
  readonly metadata: ReadonlyMap<string, string>;
  /**
   * A tensor's bytes as stored: row-major, little-endian.
   * @throws UsageError if there is no such tensor. FileError if the file cannot be read.
   */
  read(name: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** A tensor's elements as 32-bit floats; F32 is not copied. @throws as {@link Checkpoint.read}. */
  readFloats(name: string, signal?: AbortSignal): Promise<Float32Array>;
  /** How the files name the tensors, if otherwise than they are called here. */
  readonly layout?: Layout | undefined;
}

/** Names of tensors in a file that knows others than the model. */
export interface Layout {
  /** Whose names they are. */
  readonly owner: string;
  /** The tensors as the files have them. */
  readonly stored: ReadonlyMap<string, StoredTensor>;
  /** What the file calls a tensor. */
  nameOf(name: string): string;
}

/** What a file, or all of them together, say of their tensors. */
export type Table = Pick<Checkpoint, "tensors" | "metadata">;
export type ReadTable = (source: ByteSource, signal?: AbortSignal) => Promise<Table>;

const readPickleTable: ReadTable = async (source, signal) => {
  const { readPickleCheckpoint } = await loadPart(import("./pickle-checkpoint.ts"));
  return { tensors: await readPickleCheckpoint(source, signal), metadata: new Map() };
};

/** In order of preference: safetensors first, since it is simpler, faster and has no code in it. */
const FORMATS: readonly { readonly file: string; readonly index: string; readonly readTable: ReadTable }[] = [
  { file: "model.safetensors", index: "model.safetensors.index.json", readTable: readSafetensorsHeader },
  { file: "pytorch_model.bin", index: "pytorch_model.bin.index.json", readTable: readPickleTable },
];

/**
 * Opens the checkpoint of a Hugging Face model folder: `model.safetensors`, its shards, `pytorch_model.bin`, its shards,
 * whichever is found first.
 * @throws FileError if there is none of them, or what is there breaks the rules of its format.
 */
export async function openCheckpoint(files: ModelFiles, signal?: AbortSignal): Promise<Checkpoint> {
  for (const { file, index, readTable } of FORMATS) {
    const source = await files.open(file, signal);
    if (source) return checkpointOf([file], await readTable(source, signal));
    const json = await readJson(files, index, { signal });
    if (json) {
      const { readShards } = await loadPart(import("./read-shards.ts"));
      const { shards, table } = await readShards(files, index, json.weight_map, readTable, signal);
      return checkpointOf(shards, table);
    }
  }
  const looked = FORMATS.flatMap(({ file, index }) => [file, index]).join(", ");
  throw new FileError(
    `${files.name}: want a checkpoint, got none of ${looked}. Download the weights to where config.json lies.`,
  );
}

/**
 * Opens one PyTorch file as a checkpoint, by whatever name.
 * @throws FileError if there is none, or it breaks the rules of its format.
 */
export async function openPickled(files: ModelFiles, file: string, signal?: AbortSignal): Promise<Checkpoint> {
  const source = await files.open(file, signal);
  if (!source) throw new FileError(`${files.name}: want a file ${quote(file)}, got none. Check the path.`);
  return checkpointOf([file], await readPickleTable(source, signal));
}

/** The same files' tensors by other names, or parts of them. */
export function renamed({ files, metadata }: Checkpoint, tensors: Checkpoint["tensors"], layout?: Layout): Checkpoint {
  return { ...checkpointOf(files, { tensors, metadata }), layout };
}

function checkpointOf(files: readonly string[], { tensors, metadata }: Table): Checkpoint {
  const find = (name: string): StoredTensor => {
    const tensor = tensors.get(name);
    if (!tensor) {
      throw new UsageError(`checkpoint: want one of its ${tensors.size} tensors, got ${quote(name)}. Look at tensors.`);
    }
    return tensor;
  };
  return {
    files,
    tensors,
    metadata,
    read: async (name, signal) => readStoredTensor(find(name), signal),
    readFloats: async (name, signal) => {
      const tensor = find(name);
      return toFloat32(tensor.dtype, await readStoredTensor(tensor, signal));
    },
  };
}
