import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { filesFromFolder } from "../../../cli/node-files.ts";
import { parseConfig } from "../../../src/model/config/parse-config.ts";
import { dptWeights } from "../../../src/model/network/dpt.ts";
import { openCheckpoint } from "../../../src/runtime/checkpoints/checkpoint.ts";
import type { NamedTensor } from "../../../src/runtime/checkpoints/read-tensors.ts";
import { type ExportOptions, exportModel } from "./export-model.ts";
import { writeOnnx } from "./write-onnx.ts";

/** Writes a model folder as `path` (ONNX) and `path` + "_data". The checkpoint is in memory as a whole meanwhile. */
export async function exportFolder(folder: string, path: string, options: ExportOptions): Promise<void> {
  const config = parseConfig(JSON.parse(await readFile(join(folder, "config.json"), "utf8")));
  const checkpoint = await openCheckpoint(filesFromFolder(folder));
  const tensors = new Map<string, NamedTensor>();
  for (const { name } of (await dptWeights(config, "f32")).leaves.flatMap(({ sources }) => sources)) {
    if (tensors.has(name)) continue;
    const { shape } = checkpoint.tensors.get(name)!;
    tensors.set(name, { shape, data: await checkpoint.readFloats(name) });
  }
  const graph = exportModel(config, (name) => tensors.get(name)!, options);
  await writeOnnx(graph, path);
}
