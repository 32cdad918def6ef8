import { join } from "node:path";
import type { ModelFiles } from "../../src/index.ts";
import type { ModelFolder } from "../../src/model/open-folder.ts";
import { writeWhole } from "./write-whole.ts";

export const CONFIG = "config.json";
export const PROCESSOR = "preprocessor_config.json";

/** Writes what describes a model to a folder: its own files byte by byte, and what was made of a checkpoint that has none. */
export async function writeModelJson(files: ModelFiles, json: ModelFolder["json"], folder: string): Promise<void> {
  for (const [file, made] of [[CONFIG, json.config] as const, [PROCESSOR, json.processor] as const]) {
    const source = await files.open(file);
    if (source) await writeWhole(join(folder, file), await source.read(0, source.size));
    else if (made) await writeWhole(join(folder, file), `${JSON.stringify(made, null, 2)}\n`);
  }
}
