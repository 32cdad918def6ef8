import { filesFromBlobs } from "../../src/runtime/blob-source.ts";
import { type Checkpoint, openCheckpoint } from "../../src/runtime/checkpoint.ts";
import { writeSafetensors } from "../../src/runtime/write-safetensors.ts";

/** A checkpoint of vectors in memory; it has one more tensor, since no file is empty. */
export async function memoryCheckpoint(vectors: Readonly<Record<string, Float32Array>>): Promise<Checkpoint> {
  const all: Readonly<Record<string, Float32Array>> = { ...vectors, "": new Float32Array(1) };
  const tensors = Object.entries(all).map(([name, data]) => ({ name, dtype: "F32" as const, shape: [data.length] }));
  const parts: BlobPart[] = [];
  for await (const part of writeSafetensors(tensors, ({ name }) => bytesOf(all[name]!))) parts.push(part);
  return openCheckpoint(filesFromBlobs("memory", { "model.safetensors": new Blob(parts) }));
}

function bytesOf(data: Float32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.slice().buffer as ArrayBuffer);
}
