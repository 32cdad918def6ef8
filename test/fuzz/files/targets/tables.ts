import fc from "fast-check";
import { openCheckpoint } from "../../../../src/runtime/checkpoints/checkpoint.ts";
import { readSafetensorsHeader } from "../../../../src/runtime/checkpoints/safetensors.ts";
import { readStoredTensor } from "../../../../src/runtime/checkpoints/stored-tensor.ts";
import { editedBytes } from "../edited-bytes.ts";
import { editedJson, encodeJson, type Json } from "../edited-json.ts";
import type { HostileTarget } from "../hostile-target.ts";
import { memoryFile, memoryFolder } from "../memory-folder.ts";

const HEADER: Json = {
  __metadata__: { format: "pt" },
  "a.weight": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
  "a.bias": { dtype: "F16", shape: [3], data_offsets: [24, 30] },
  scalar: { dtype: "I64", shape: [], data_offsets: [30, 38] },
  none: { dtype: "BF16", shape: [0, 7], data_offsets: [38, 38] },
};
const DATA_BYTES = 38;

function safetensorsOf(header: Json): Uint8Array<ArrayBuffer> {
  const json = encodeJson(header);
  const file = new Uint8Array(8 + json.length + DATA_BYTES);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

/** The table, then every tensor that it tells of. */
export const safetensorsTarget: HostileTarget = {
  name: "safetensors",
  share: 0.25,
  inputs: fc.oneof(editedBytes([safetensorsOf(HEADER)]), editedJson([HEADER]).map(safetensorsOf)),
  async read(bytes) {
    const { tensors } = await readSafetensorsHeader(memoryFile("model.safetensors", bytes));
    for (const tensor of tensors.values()) await readStoredTensor(tensor);
  },
};

const SHARD = safetensorsOf(HEADER);
const INDEX: Json = {
  metadata: { total_size: 38 },
  weight_map: Object.fromEntries(
    ["a.weight", "a.bias", "scalar", "none"].map((name) => [name, "model-00001-of-00001.safetensors"]),
  ),
};

/** An index, whose shard is good: the folder tells when a file outside of it is asked for. */
export const indexTarget: HostileTarget = {
  name: "index",
  share: 0.15,
  inputs: fc.oneof(editedBytes([encodeJson(INDEX)]), editedJson([INDEX]).map(encodeJson)),
  async read(bytes) {
    const files = { "model.safetensors.index.json": bytes, "model-00001-of-00001.safetensors": SHARD };
    const checkpoint = await openCheckpoint(memoryFolder(files));
    for (const name of checkpoint.tensors.keys()) await checkpoint.readFloats(name);
  },
};
