import { cp, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROCESSOR = {
  image_processor_type: "DPTImageProcessor",
  do_resize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
  resample: 2,
  size: { height: 64, width: 64 },
};

/** A folder, to be deleted, with a model for segmentation of 2 MB that takes pictures. */
export async function tinyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tiny-model-"));
  const model = fileURLToPath(new URL("../fixtures/cases/dpt-vit-seg", import.meta.url));
  for (const file of ["config.json", "model.safetensors"]) await cp(join(model, file), join(folder, file));
  await writeFile(join(folder, "preprocessor_config.json"), JSON.stringify(PROCESSOR));
  return folder;
}
