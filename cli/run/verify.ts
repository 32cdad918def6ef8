import { join } from "node:path";
import {
  DPT,
  type NamedTensor,
  type Plan,
  type Precision,
  readTensors,
  STAGE_TOLERANCE,
  type StageReport,
  verifyStages,
} from "../../src/index.ts";
import { checkPrecision, describeAdapter, requestDevice } from "../../src/runtime/device/device.ts";
import { FileError } from "../../src/runtime/errors.ts";
import { openGpu } from "../adapter/open-gpu.ts";
import type { VerifyOptions } from "../commands/verify.ts";
import { TUNING } from "../files/tuning-folder.ts";
import { fileSource, filesFromFolder } from "../node-files.ts";
import { type ProgressDisplay, progressDisplay } from "../progress.ts";
import { formatShare } from "../text/format-share.ts";
import { planTable } from "../text/plan-table.ts";
import { printJson } from "../text/print-json.ts";
import { textTable } from "../text/text-table.ts";
import { pixelValuesOf } from "./pixel-values-of.ts";
import { tuneWithin } from "./tune-within.ts";

interface CaseReport {
  readonly folder: string;
  /** What was run, if asked for. */
  readonly plan?: Plan | undefined;
  readonly stages: readonly StageReport[];
  /** Why there is nothing to compare. */
  readonly error?: string;
}

interface CaseOptions {
  readonly precision: Precision;
  readonly tolerance: number;
  readonly explain: boolean;
  readonly tune: ReturnType<typeof tuneWithin>;
  readonly paths: readonly string[] | undefined;
}

/** `dpt-webgpu verify`: every case is run, whatever becomes of the others. */
export async function verify(folders: readonly string[], options: VerifyOptions): Promise<void> {
  const { dtype: precision = "f32", tolerance = STAGE_TOLERANCE[precision], explain = false, json = false } = options;
  const { adapter, software, notice } = await openGpu({ software: options.software ?? false });
  const device = await requestDevice(adapter);
  checkPrecision(device, precision);
  const progress = await progressDisplay(options);
  const cases: CaseReport[] = [];
  const tune = tuneWithin(options.tune);
  for (const folder of folders) {
    try {
      cases.push({
        folder,
        ...(await verifyCase(folder, { precision, tolerance, explain, tune, paths: options.paths }, device, progress)),
      });
    } catch (error) {
      cases.push({ folder, stages: [], error: error instanceof Error ? error.message : String(error) });
    } finally {
      progress.stop();
    }
  }
  device.destroy();
  const failed = cases.filter(({ stages, error }) => error !== undefined || stages.some(({ problem }) => problem));
  if (json) {
    const machine = { adapter: describeAdapter(adapter), software };
    printJson({
      ok: failed.length === 0,
      ...machine,
      ...(notice !== undefined && { notice }),
      precision,
      tolerance,
      cases: cases.map(caseJson),
    });
  } else {
    console.log(`adapter   ${describeAdapter(adapter)}`);
    console.log(`precision ${precision}`);
    if (notice) console.log(`note      ${notice}`);
    for (const { folder, plan } of cases) if (plan) console.log(`\n${folder}\n${planTable(plan)}`);
    console.log(`\n${table(cases)}`);
    for (const { folder, error } of cases) if (error !== undefined) console.log(`\n${folder}: ${error}`);
    console.log(
      `\n${cases.length - failed.length} of ${cases.length} cases agree within ${tolerance} of the largest value`,
    );
  }
  if (failed.length > 0) process.exitCode = 1;
}

async function verifyCase(
  folder: string,
  { precision, tolerance, explain, tune, paths }: CaseOptions,
  device: GPUDevice,
  { onProgress, onNotice }: ProgressDisplay,
): Promise<Pick<CaseReport, "stages" | "plan">> {
  const input = join(folder, "input.safetensors");
  const pixelValues = pixelValuesOf(input, await readTensors(await fileSource(input)));
  const file = join(folder, "expected.safetensors");
  const expected = inOrder(await readTensors(await fileSource(file)));
  if (expected.size === 0)
    throw new FileError(`${file}: want expected tensors, got none. Save PyTorch's answer there.`);
  const load = { device, dtype: precision, ...TUNING, paths, onProgress, onNotice };
  const model = await DPT.load(filesFromFolder(folder), load);
  try {
    const stages = [...expected.keys()].some((name) => /^(backbone|neck)\./.test(name));
    const work = { pixelValues: pixelValues.shape, stages };
    await tune(model, work);
    const got = await model.forward(pixelValues, { stages });
    const plan = explain ? await model.plan(work) : undefined;
    return { stages: verifyStages(got, expected, { precision, tolerance }), plan };
  } finally {
    model.dispose();
  }
}

/** As the way through the network, so that the first line that fails names the stage. Files sort by name. */
function inOrder(expected: ReadonlyMap<string, NamedTensor>): Map<string, NamedTensor> {
  const rank = (name: string) => [/^backbone\./, /^neck\./, /./].findIndex((part) => part.test(name));
  const index = (name: string) => Number(name.split(".")[1] ?? 0);
  return new Map([...expected].sort(([a], [b]) => rank(a) - rank(b) || index(a) - index(b)));
}

function table(cases: readonly CaseReport[]): string {
  const rows = cases.flatMap(({ folder, stages, error }) =>
    error === undefined
      ? stages.map((stage) => [folder, ...stageRow(stage)])
      : [[folder, "-", "-", "-", "-", "-", "-", "FAILED, see below"]],
  );
  return textTable(["case", "stage", "shape", ">max error", ">relative", ">NaN", ">labels", "result"], rows);
}

function stageRow({ stage, shape, comparison, agreement, problem }: StageReport): string[] {
  return [
    stage,
    `[${shape.join(", ")}]`,
    comparison ? comparison.maxError.toExponential(2) : "-",
    comparison ? relativeError(comparison).toExponential(2) : "-",
    comparison ? String(comparison.notFinite) : "-",
    agreement === undefined ? "-" : formatShare(agreement),
    problem === undefined ? "ok" : `FAILED: ${problem}`,
  ];
}

/** Against the largest |expected|; an error where only zeros are expected is infinite. */
function relativeError({ maxError, scale }: NonNullable<StageReport["comparison"]>): number {
  return maxError === 0 ? 0 : maxError / scale;
}

function caseJson({ folder, stages, plan, error }: CaseReport) {
  return {
    case: folder,
    ok: error === undefined && stages.every(({ problem }) => problem === undefined),
    ...(error !== undefined && { error }),
    ...(plan && { plan }),
    stages: stages.map(({ stage, shape, comparison, agreement, problem }) => ({
      stage,
      shape,
      ok: problem === undefined,
      ...(comparison && {
        maxError: comparison.maxError,
        relativeError: relativeError(comparison),
        notFinite: comparison.notFinite,
      }),
      ...(agreement !== undefined && { labelAgreement: agreement }),
      ...(problem !== undefined && { problem }),
    })),
  };
}
