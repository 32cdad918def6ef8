import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelFiles } from "../../src/runtime/byte-source.ts";
import { openCheckpoint } from "../../src/runtime/checkpoint.ts";
import { FileError, InternalError, UsageError } from "../../src/runtime/errors.ts";
import { readSafetensorsHeader } from "../../src/runtime/safetensors.ts";
import { planSafetensors, writeSafetensors } from "../../src/runtime/write-safetensors.ts";
import type { ConvertOptions } from "../commands/convert.ts";
import { prepareFile } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { openModelFiles } from "../model-files.ts";
import { fileSource } from "../node-files.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { printJson } from "../text/print-json.ts";
import { checkpointContents } from "./checkpoint-contents.ts";

/** transformers refuses a file that does not say so. */
const METADATA = { format: "pt" };

/** `dpt-webgpu convert`. */
export async function convert(folder: string, options: ConvertOptions): Promise<void> {
  const files = await openModelFiles(folder, options);
  const output = options.output ?? (await besideWeights(folder));
  await checkPickled(files);
  const checkpoint = await openCheckpoint(withoutSafetensors(files));
  if (!options.force && (await stat(output).catch(() => undefined))) {
    throw new FileError(`${output}: want a file that is not there yet, got one. Add --force to replace it.`);
  }
  await prepareFile(output);
  const tensors = [...checkpoint.tensors.values()].map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  const { size } = planSafetensors(tensors, METADATA);
  const pieces = writeSafetensors(tensors, ({ name }) => checkpoint.read(name), METADATA);
  await writeWhole(output, pieces, async (written) => {
    const header = await readSafetensorsHeader(await fileSource(written));
    if (header.tensors.size !== tensors.length) {
      throw new InternalError(`convert: want ${tensors.length} tensors, got ${header.tensors.size}. Report this.`);
    }
  });
  const { files: read, parameters, bytes } = checkpointContents(checkpoint);
  if (options.json) {
    printJson({ from: read, files: [output], tensors: tensors.length, parameters, bytes, size });
    return;
  }
  const types = Object.entries(bytes).map(([dtype, count]) => `${formatBytes(count)} of ${dtype}`);
  console.log(`read      ${read.map((file) => join(folder, file)).join(", ")}`);
  console.log(`tensors   ${tensors.length}: ${types.join(", ")}`);
  console.log(`wrote     ${output}, ${formatBytes(size)}`);
}

/** @throws UsageError for a model that is no folder */
async function besideWeights(folder: string): Promise<string> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return join(folder, "model.safetensors");
  throw new UsageError("--output: want a file for a model of the hub, got none. Add --output model.safetensors.");
}

/** The folder as if no safetensors were there, which openCheckpoint would take first. */
function withoutSafetensors(files: ModelFiles): ModelFiles {
  return {
    name: files.name,
    open: async (file, signal) => (file.startsWith("model.safetensors") ? undefined : files.open(file, signal)),
  };
}

/** @throws FileError unless there is something to convert */
async function checkPickled(files: ModelFiles): Promise<void> {
  for (const name of ["pytorch_model.bin", "pytorch_model.bin.index.json"]) if (await files.open(name)) return;
  throw new FileError(
    `${files.name}: want pytorch_model.bin, got none. Name the folder that holds it; safetensors need no conversion.`,
  );
}
