import { filesFromBlobs, type ModelFiles, readTensors } from "../src/index.ts";
import { writeSafetensors } from "../src/runtime/checkpoints/write-safetensors.ts";
import { overlayFiles } from "./overlay-files.ts";

/** A model folder with one tensor of its model.safetensors changed; all are stored as F32. */
export async function patchWeight(
  files: ModelFiles,
  name: string,
  patch: (values: Float32Array) => void,
): Promise<ModelFiles> {
  const file = "model.safetensors";
  const tensors = await readTensors((await files.open(file))!);
  patch(tensors.get(name)!.data);
  const list = [...tensors].map(([tensor, { shape }]) => ({ name: tensor, dtype: "F32" as const, shape }));
  const bytesOf = (tensor: string) => new Uint8Array(tensors.get(tensor)!.data.slice().buffer);
  const parts: BlobPart[] = [];
  for await (const part of writeSafetensors(list, ({ name: tensor }) => bytesOf(tensor))) parts.push(part);
  return overlayFiles(files, file, filesFromBlobs("patched", { [file]: new Blob(parts) }));
}
