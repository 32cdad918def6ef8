import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ModelFiles } from "../../src/index.ts";
import { dptWeights, IGNORED_TENSORS } from "../../src/model/network/dpt.ts";
import { type ModelFolder, openFolder } from "../../src/model/open-folder.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { chooseStorage } from "../../src/model/weights/choose-storage.ts";
import { inputMoments } from "../../src/model/weights/input-moments.ts";
import { quantizeCheckpoint } from "../../src/model/weights/quantize-checkpoint.ts";
import type { Moments } from "../../src/model/weights/quantized-weight.ts";
import { openCheckpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { readSafetensorsHeader } from "../../src/runtime/checkpoints/safetensors.ts";
import { planSafetensors, writeSafetensors } from "../../src/runtime/checkpoints/write-safetensors.ts";
import { FileError, UsageError } from "../../src/runtime/errors.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { openGpu } from "../adapter/open-gpu.ts";
import type { QuantizeOptions } from "../commands/quantize.ts";
import { CONFIG, PROCESSOR, writeModelJson } from "../files/model-json.ts";
import { prepareResults } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { openModelFiles } from "../model-files.ts";
import { fileSource, filesFromFolder, pathInFolder } from "../node-files.ts";
import { inspectPicture, readPicture } from "../pictures/read-picture.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { printJson } from "../text/print-json.ts";
import { checkpointContents } from "./checkpoint-contents.ts";

const WEIGHTS = "model.safetensors";

/** `dpt-webgpu quantize`. */
export async function quantize(folder: string, options: QuantizeOptions) {
  const { output, dtype, calibrate, software = false, force = false, json = false } = options;
  if (resolve(folder) === resolve(output)) {
    throw new UsageError(
      `--output: want another folder than the model's, got ${output} for both. Choose another name.`,
    );
  }
  if (calibrate && dtype !== "q4") {
    throw new UsageError(`--calibrate: want --dtype q4, got ${dtype}. Leave one out.`);
  }
  const files = await openModelFiles(folder, options);
  const opened = await openFolder(files);
  const { config, checkpoint } = opened;
  const paths = [CONFIG, PROCESSOR, WEIGHTS].map((file) => join(output, file));
  for (const path of paths) {
    if (!force && (await stat(path).catch(() => undefined))) {
      throw new FileError(`${path}: want a file that is not there yet, got one. Add --force to replace it.`);
    }
  }
  await prepareResults(output, paths);
  const moments = calibrate && (await momentsOf(files, opened, calibrate, software));
  const { tensors, bytesOf, metadata } = await quantizeCheckpoint(config, checkpoint, dtype, moments);
  await writeModelJson(files, opened.json, output);
  const { size } = planSafetensors(tensors, metadata);
  const path = join(output, WEIGHTS);
  await writeWhole(path, writeSafetensors(tensors, bytesOf, metadata), async (written) => {
    const header = await readSafetensorsHeader(await fileSource(written));
    const { precision, quantization } = chooseStorage({ files: [path], ...header }, dtype);
    checkWeights(
      header.tensors,
      (await dptWeights(config, precision, undefined, quantization)).leaves,
      IGNORED_TENSORS,
    );
  });
  const before = Object.values(checkpointContents(checkpoint).bytes).reduce((sum, bytes) => sum + bytes, 0);
  const { bytes } = checkpointContents(await openCheckpoint(filesFromFolder(output)));
  if (json) {
    printJson({ from: checkpoint.files, files: [path], dtype, tensors: tensors.length, bytes, size });
    return;
  }
  const types = Object.entries(bytes).map(([type, count]) => `${formatBytes(count)} of ${type}`);
  console.log(
    `read      ${checkpoint.files.map((file) => pathInFolder(folder, file)).join(", ")}, ${formatBytes(before)}`,
  );
  console.log(`tensors   ${tensors.length}: ${types.join(", ")}`);
  console.log(`wrote     ${path}, ${formatBytes(size)} (${dtype})`);
}

/** What the weights meet in some photos. */
async function momentsOf(
  files: ModelFiles,
  { config, processor, checkpoint }: ModelFolder,
  photos: readonly string[],
  software: boolean,
): Promise<Moments> {
  if (!processor) throw new FileError(`${files.name}: want a file "${PROCESSOR}", got none. Photos need it.`);
  for (const photo of photos) await inspectPicture(photo);
  const pictures = await Promise.all(photos.map(readPicture));
  const { adapter, notice } = await openGpu({ software });
  if (notice) console.error(`note      ${notice}`);
  const engine = await Engine.open({ adapter });
  try {
    return await inputMoments(engine, config, processor, checkpoint, pictures);
  } finally {
    engine.dispose();
  }
}
