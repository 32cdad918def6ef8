import { resolve } from "node:path";
import { readTensors } from "../../src/index.ts";
import { FileError, UsageError } from "../../src/runtime/errors.ts";
import { writeSafetensors } from "../../src/runtime/write-safetensors.ts";
import type { ForwardOptions } from "../commands/forward.ts";
import { prepareFile } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { fileSource } from "../node-files.ts";
import { openModel } from "../open-model.ts";
import { formatDuration } from "../text/format-duration.ts";
import { printJson } from "../text/print-json.ts";
import { textTable } from "../text/text-table.ts";
import { pixelValuesOf } from "./pixel-values-of.ts";

/** `dpt-webgpu forward`. */
export async function forward(folder: string, { input, output, stages = false, ...options }: ForwardOptions) {
  if (resolve(input) === resolve(output)) {
    throw new UsageError(`--output: want another file than the input, got ${output} for both. Choose another name.`);
  }
  const pixelValues = pixelValuesOf(input, await readTensors(await fileSource(input)));
  await prepareFile(output);
  const { model, software, notice, load, progress } = await openModel(folder, options);
  try {
    const began = performance.now();
    const tensors = await model.forward(pixelValues, { stages }).catch((error: unknown) => {
      // The shape is the file's; the command line has said nothing wrong.
      throw error instanceof UsageError ? new FileError(`${input}: ${error.message}`, { cause: error }) : error;
    });
    const run = performance.now() - began;
    progress.stop();
    const entries = [...tensors].map(([name, { shape }]) => ({ name, dtype: "F32" as const, shape }));
    const bytesOf = (name: string) => new Uint8Array(tensors.get(name)!.data.slice().buffer);
    await writeWhole(
      output,
      writeSafetensors(entries, ({ name }) => bytesOf(name)),
    );
    if (options.json) {
      const machine = { adapter: model.adapter, software, ...(notice !== undefined && { notice }) };
      printJson({ ...machine, model: folder, milliseconds: { load, run }, tensors: entries, files: [output] });
      return;
    }
    console.log(`adapter   ${model.adapter}`);
    if (notice) console.log(`note      ${notice}`);
    console.log(`load      ${formatDuration(load)}\nrun       ${formatDuration(run)} (with compiling)\n`);
    const rows = entries.map(({ name, shape }) => [name, `[${shape.join(", ")}]`]);
    console.log(`${textTable(["tensor", "shape"], rows)}\n\nwrote     ${output}`);
  } finally {
    progress.stop();
    model.dispose();
  }
}
