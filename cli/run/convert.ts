import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dptWeights, IGNORED_TENSORS } from "../../src/model/network/dpt.ts";
import { type ModelFolder, openFolder } from "../../src/model/open-folder.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { type Checkpoint, openCheckpoint } from "../../src/runtime/checkpoints/checkpoint.ts";
import { readSafetensorsHeader } from "../../src/runtime/checkpoints/safetensors.ts";
import {
  planSafetensors,
  type TensorToWrite,
  writeSafetensors,
} from "../../src/runtime/checkpoints/write-safetensors.ts";
import { FileError, InternalError, UsageError } from "../../src/runtime/errors.ts";
import type { ModelFiles } from "../../src/runtime/sources/byte-source.ts";
import { isSingleFile } from "../../src/runtime/sources/single-file.ts";
import type { ConvertOptions } from "../commands/convert.ts";
import { CONFIG, PROCESSOR, writeModelJson } from "../files/model-json.ts";
import { prepareResults } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { openModelFiles } from "../model-files.ts";
import { fileSource, pathInFolder } from "../node-files.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { printJson } from "../text/print-json.ts";
import { checkpointContents } from "./checkpoint-contents.ts";

/** transformers refuses a file that does not say so. */
const METADATA = { format: "pt" };

const WEIGHTS = "model.safetensors";

/** What is written: the tensors, and beside them what describes the model, where the source does not. */
interface Conversion {
  readonly checkpoint: Checkpoint;
  /** Those of the tensors that a model of transformers has. */
  readonly tensors: readonly TensorToWrite[];
  readonly json: ModelFolder["json"] | undefined;
}

/** `dpt-webgpu convert`. */
export async function convert(folder: string, options: ConvertOptions): Promise<void> {
  const files = await openModelFiles(folder, options);
  const output = options.output ?? (await besideWeights(folder));
  const { checkpoint, tensors, json } = await conversionOf(files);
  const described = json ? [CONFIG, PROCESSOR].map((file) => join(dirname(output), file)) : [];
  for (const path of [output, ...described]) {
    if (!options.force && (await stat(path).catch(() => undefined))) {
      throw new FileError(`${path}: want a file that is not there yet, got one. Add --force to replace it.`);
    }
  }
  await prepareResults(dirname(output), [output, ...described]);
  const { size } = planSafetensors(tensors, METADATA);
  const pieces = writeSafetensors(tensors, ({ name }) => checkpoint.read(name), METADATA);
  await writeWhole(output, pieces, async (written) => {
    const header = await readSafetensorsHeader(await fileSource(written));
    if (header.tensors.size !== tensors.length) {
      throw new InternalError(`convert: want ${tensors.length} tensors, got ${header.tensors.size}. Report this.`);
    }
  });
  if (json) await writeModelJson(files, json, dirname(output));
  const {
    files: read,
    parameters,
    bytes,
  } = checkpointContents({
    files: checkpoint.files,
    tensors: new Map(tensors.map(({ name }) => [name, checkpoint.tensors.get(name)!])),
  });
  if (options.json) {
    printJson({ from: read, files: [output, ...described], tensors: tensors.length, parameters, bytes, size });
    return;
  }
  const types = Object.entries(bytes).map(([dtype, count]) => `${formatBytes(count)} of ${dtype}`);
  console.log(`read      ${read.map((file) => pathInFolder(folder, file)).join(", ")}`);
  console.log(`tensors   ${tensors.length}: ${types.join(", ")}`);
  console.log(`wrote     ${output}, ${formatBytes(size)}`);
  for (const path of described) console.log(`wrote     ${path}`);
}

async function conversionOf(files: ModelFiles): Promise<Conversion> {
  if (await hasPickledWeights(files)) {
    const checkpoint = await openCheckpoint(withoutSafetensors(files));
    return { checkpoint, tensors: entriesOf(checkpoint), json: undefined };
  }
  const { config, checkpoint, json } = await openFolder(files);
  if (!checkpoint.layout) {
    throw new FileError(
      `${files.name}: want pytorch_model.bin or a .pt of isl-org/DPT, got neither. ` +
        "Name the folder that holds it; safetensors need no conversion.",
    );
  }
  checkWeights(checkpoint.tensors, (await dptWeights(config, "f32")).leaves, IGNORED_TENSORS, checkpoint.layout);
  // What still has the name of the file is no part of transformers' model.
  const { layout } = checkpoint;
  return { checkpoint, tensors: entriesOf(checkpoint).filter(({ name }) => layout.nameOf(name) !== name), json };
}

function entriesOf({ tensors }: Checkpoint): TensorToWrite[] {
  return [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}

/** @throws UsageError for a model that is no folder */
async function besideWeights(folder: string): Promise<string> {
  if (isSingleFile(folder)) return join(dirname(folder), WEIGHTS);
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return join(folder, WEIGHTS);
  throw new UsageError("--output: want a file for a model of the hub, got none. Add --output model.safetensors.");
}

/** The folder as if no safetensors were there, which openCheckpoint would take first. */
function withoutSafetensors(files: ModelFiles): ModelFiles {
  return {
    name: files.name,
    open: async (file, signal) => (file.startsWith("model.safetensors") ? undefined : files.open(file, signal)),
  };
}

async function hasPickledWeights(files: ModelFiles): Promise<boolean> {
  for (const name of ["pytorch_model.bin", "pytorch_model.bin.index.json"]) if (await files.open(name)) return true;
  return false;
}
