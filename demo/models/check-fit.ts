import { formatBytes } from "../../cli/text/format-bytes.ts";
import { MachineError, type ModelFiles, type WeightFormat } from "../../src/index.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { chooseStorage } from "../../src/model/weights/choose-storage.ts";
import { byteLength } from "../../src/runtime/graph/tensor.ts";
import type { OpenOptions } from "../engine.ts";
import { lookAtMachine, type Machine } from "../machine.ts";

/** What a model takes of the GPU's memory, in bytes. */
export interface Needs {
  readonly weights: number;
  readonly largest: { readonly label: string; readonly bytes: number };
}

/**
 * Compares what a model needs with what the adapter gives, from the tables of the files alone: before anything large is
 * read.
 * @throws MachineError if one of its weights is larger than the adapter's buffers; FileError for what is no model
 */
export async function checkFit(
  files: ModelFiles,
  dtype: WeightFormat | undefined,
  { onNotice, signal }: Pick<OpenOptions, "onNotice" | "signal">,
): Promise<void> {
  const needs = await needsOf(files, dtype, signal);
  const notice = compareNeeds(files.name, needs, await lookAtMachine(), memoryOfDevice());
  if (notice) onNotice(notice);
}

async function needsOf(files: ModelFiles, dtype: WeightFormat | undefined, signal: AbortSignal): Promise<Needs> {
  const { config, checkpoint } = await openFolder(files, { signal });
  const { precision, quantization } = chooseStorage(checkpoint, dtype);
  const { leaves } = await dptWeights(config, precision, undefined, quantization);
  const sizes = leaves.map((leaf) => ({ label: leaf.label, bytes: byteLength(leaf) }));
  return {
    weights: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    largest: sizes.reduce((most, each) => (each.bytes > most.bytes ? each : most)),
  };
}

/**
 * @param memory of the computer in bytes, as far as the browser tells; a graphics card's own is told by none
 * @returns a notice where it may become tight
 * @throws MachineError where it cannot work
 */
export function compareNeeds(
  name: string,
  { weights, largest }: Needs,
  { adapter, limits }: Machine,
  memory: number | undefined,
): string | undefined {
  const most = Math.min(
    ...limits.filter((limit) => /^max(?:Storage)?Buffer(?:Binding)?Size$/.test(limit.name)).map(({ value }) => value),
  );
  if (largest.bytes > most) {
    throw new MachineError(
      `${name}: want ${formatBytes(largest.bytes)} in one buffer for ${largest.label} (${formatBytes(weights)} of weights ` +
        `in all), got ${formatBytes(most)} at most from ${adapter}. Choose f16 or q8 numbers, a smaller model or another browser.`,
    );
  }
  if (memory === undefined || weights < memory / 2) return undefined;
  return (
    `${name} takes ${formatBytes(weights)} for its weights, and this computer has about ${formatBytes(memory)} of memory. ` +
    "If it fails, close other tabs or choose f16, q8 or q4 numbers."
  );
}

function memoryOfDevice(): number | undefined {
  const { deviceMemory } = navigator as Navigator & { deviceMemory?: number };
  return deviceMemory === undefined ? undefined : deviceMemory * 2 ** 30;
}
