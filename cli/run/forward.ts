import { resolve } from "node:path";
import { readTensors } from "../../src/index.ts";
import { writeSafetensors } from "../../src/runtime/checkpoints/write-safetensors.ts";
import { FileError, UsageError } from "../../src/runtime/errors.ts";
import type { ForwardOptions } from "../commands/forward.ts";
import { prepareFile } from "../files/prepare-output.ts";
import { writeWhole } from "../files/write-whole.ts";
import { openModelFiles } from "../model-files.ts";
import { fileSource } from "../node-files.ts";
import { openModel } from "../open-model.ts";
import { formatDuration } from "../text/format-duration.ts";
import { planTable } from "../text/plan-table.ts";
import { printJson } from "../text/print-json.ts";
import { textTable } from "../text/text-table.ts";
import { pixelValuesOf } from "./pixel-values-of.ts";
import { tunedLine, tuneWithin } from "./tune-within.ts";

/** `dpt-webgpu forward`. */
export async function forward(folder: string, { input, output, stages = false, ...options }: ForwardOptions) {
  if (resolve(input) === resolve(output)) {
    throw new UsageError(`--output: want another file than the input, got ${output} for both. Choose another name.`);
  }
  const pixelValues = pixelValuesOf(input, await readTensors(await fileSource(input)));
  await prepareFile(output);
  const asFileError = (error: unknown) => {
    // The shape is the file's; the command line has said nothing wrong.
    throw error instanceof UsageError ? new FileError(`${input}: ${error.message}`, { cause: error }) : error;
  };
  const { model, software, notice, load, progress } = await openModel(await openModelFiles(folder, options), options);
  try {
    const work = { pixelValues: pixelValues.shape, stages };
    const tuned = await tuneWithin(options.tune)(model, work).catch(asFileError);
    const began = performance.now();
    const tensors = await model.forward(pixelValues, { stages }).catch(asFileError);
    const run = performance.now() - began;
    progress.stop();
    const plan = options.explain ? await model.plan(work) : undefined;
    const entries = [...tensors].map(([name, { shape }]) => ({ name, dtype: "F32" as const, shape }));
    const bytesOf = (name: string) => new Uint8Array(tensors.get(name)!.data.slice().buffer);
    await writeWhole(
      output,
      writeSafetensors(entries, ({ name }) => bytesOf(name)),
    );
    if (options.json) {
      const machine = { adapter: model.adapter, software, ...(notice !== undefined && { notice }) };
      const told = { ...(tuned && { tuned }), ...(plan && { plan }) };
      printJson({ ...machine, model: folder, milliseconds: { load, run }, ...told, tensors: entries, files: [output] });
      return;
    }
    console.log(`adapter   ${model.adapter}`);
    if (notice) console.log(`note      ${notice}`);
    if (tuned) console.log(tunedLine(tuned));
    if (plan) console.log(`\n${planTable(plan)}\n`);
    console.log(`load      ${formatDuration(load)}\nrun       ${formatDuration(run)} (with compiling)\n`);
    const rows = entries.map(({ name, shape }) => [name, `[${shape.join(", ")}]`]);
    console.log(`${textTable(["tensor", "shape"], rows)}\n\nwrote     ${output}`);
  } finally {
    progress.stop();
    model.dispose();
  }
}
