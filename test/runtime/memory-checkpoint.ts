import { type Checkpoint, openCheckpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { writeSafetensors } from "../../src/runtime/checkpoints/write-safetensors.ts";
import { filesFromBlobs } from "../../src/runtime/sources/blob-source.ts";

type Vectors = Readonly<Record<string, Float32Array>>;

/** A checkpoint of vectors in memory; it has one more tensor, since no file is empty. */
export async function memoryCheckpoint(vectors: Vectors): Promise<Checkpoint> {
  const blob = new Blob([await bytesOfCheckpoint(vectors)]);
  return openCheckpoint(filesFromBlobs("memory", { "model.safetensors": blob }));
}

/** The same as a file. */
export async function bytesOfCheckpoint(vectors: Vectors): Promise<Uint8Array<ArrayBuffer>> {
  const all: Vectors = { ...vectors, "": new Float32Array(1) };
  const tensors = Object.entries(all).map(([name, data]) => ({ name, dtype: "F32" as const, shape: [data.length] }));
  const parts: BlobPart[] = [];
  for await (const part of writeSafetensors(tensors, ({ name }) => bytesOf(all[name]!))) parts.push(part);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function bytesOf(data: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.slice().buffer as ArrayBuffer);
}
