import { DPT, type NamedTensor, type RawPicture } from "../../src/index.ts";
import { checkPrecision, describeAdapter, requestDevice } from "../../src/runtime/device/device.ts";
import { FileError, UsageError } from "../../src/runtime/errors.ts";
import { openGpu } from "../adapter/open-gpu.ts";
import type { VerifyOptions } from "../commands/verify.ts";
import { TUNING } from "../files/tuning-folder.ts";
import { compareGolden, type GoldenReport } from "../golden/compare-golden.ts";
import { PHOTO, photoFile } from "../golden/photo-file.ts";
import { pixelValues } from "../golden/pixel-values.ts";
import { GOLDEN_FILE, type Golden, readGolden } from "../golden/read-golden.ts";
import { isOffline } from "../hub/environment.ts";
import { openHubModel, parseId } from "../model-files.ts";
import { inspectPicture, readPicture } from "../pictures/read-picture.ts";
import { type ProgressDisplay, progressDisplay } from "../progress.ts";
import { printJson } from "../text/print-json.ts";
import { textTable } from "../text/text-table.ts";

interface ModelReport {
  readonly model: string;
  readonly golden: Golden;
  readonly tolerance: number;
  readonly report?: GoldenReport;
  /** Why there is nothing to compare. */
  readonly error?: string;
}

/** `dpt-webgpu verify --hub`: every model is run, whatever becomes of the others. */
export async function verifyHub(models: readonly string[], options: VerifyOptions): Promise<void> {
  const { dtype = "f32", json = false, photo = PHOTO, golden: file = GOLDEN_FILE } = options;
  const golden = await readGolden(file);
  const wanted = models.includes("all") ? [...golden.keys()] : models;
  for (const model of wanted) {
    if (golden.has(parseId(model).id)) continue;
    throw new UsageError(
      `--hub: want a model whose answer is known, got ${model}. Choose from: all, ${[...golden.keys()].join(", ")}; ` +
        "or give others with --golden.",
    );
  }
  const path = await photoFile(photo, options.offline ?? isOffline(process.env));
  await inspectPicture(path);
  const picture = await readPicture(path);
  const { adapter, software, notice } = await openGpu({ software: options.software ?? false });
  const device = await requestDevice(adapter);
  checkPrecision(device, dtype);
  const progress = await progressDisplay(options);
  const reports: ModelReport[] = [];
  for (const model of wanted) {
    const known = golden.get(parseId(model).id)!;
    const tolerance = options.tolerance ?? known.tolerance;
    const told = { model, golden: known, tolerance };
    try {
      const tensors = await answerOf(model, picture, options, device, progress);
      reports.push({ ...told, report: compareGolden(tensors, known, tolerance) });
    } catch (error) {
      reports.push({ ...told, error: error instanceof Error ? error.message : String(error) });
    } finally {
      progress.stop();
    }
  }
  device.destroy();
  const failed = reports.filter(({ report }) => report === undefined || report.problem !== undefined);
  if (json) {
    const machine = { adapter: describeAdapter(adapter), software, ...(notice !== undefined && { notice }) };
    printJson({ ok: failed.length === 0, ...machine, precision: dtype, photo, models: reports.map(reportJson) });
  } else {
    console.log(`adapter   ${describeAdapter(adapter)}\nprecision ${dtype}`);
    if (notice) console.log(`note      ${notice}`);
    console.log(`photo     ${photo}\n\n${table(reports)}`);
    for (const { model, error } of reports) if (error !== undefined) console.log(`\n${model}: ${error}`);
    console.log(`\n${reports.length - failed.length} of ${reports.length} models answer as PyTorch does`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

async function answerOf(
  model: string,
  picture: RawPicture,
  options: VerifyOptions,
  device: GPUDevice,
  { onProgress, onNotice }: ProgressDisplay,
): Promise<Map<string, NamedTensor>> {
  const files = await openHubModel(model, options);
  const load = { device, dtype: options.dtype, ...TUNING, paths: options.paths, onProgress, onNotice };
  const dpt = await DPT.load(files, load);
  try {
    if (!dpt.processor) {
      throw new FileError(`${model}: want preprocessor_config.json, got none. Ask the model's authors for it.`);
    }
    return await dpt.forward(await pixelValues(device, dpt.processor, picture));
  } finally {
    dpt.dispose();
  }
}

function table(reports: readonly ModelReport[]): string {
  const row = (values: readonly number[] = []) => values.map((value) => Number(value.toPrecision(8))).join("  ");
  const rows = reports.flatMap(({ model, golden, tolerance, report, error }) => {
    const result =
      error !== undefined ? "FAILED, see below" : report?.problem === undefined ? "ok" : `FAILED: ${report.problem}`;
    const maxError = report?.comparison?.maxError.toExponential(2) ?? "-";
    return golden.slice.map((want, y) => [
      ...(y === 0 ? [model, `${golden.output} [${golden.shape.join(", ")}]`] : ["", ""]),
      row(want),
      row(report?.got[y]),
      ...(y === 0 ? [maxError, String(tolerance), result] : ["", "", ""]),
    ]);
  });
  return textTable(["model", "output", "PyTorch", "here", ">max error", ">tolerance", "result"], rows);
}

function reportJson({ model, golden, tolerance, report, error }: ModelReport) {
  return {
    model,
    ok: report !== undefined && report.problem === undefined,
    output: golden.output,
    shape: golden.shape,
    tolerance,
    want: golden.slice,
    ...(report && { got: report.got }),
    ...(report?.comparison && { maxError: report.comparison.maxError }),
    ...(report?.problem !== undefined && { problem: report.problem }),
    ...(error !== undefined && { error }),
  };
}
