import { describeAdapter, foundAdapter, requestDevice, requestOwnAdapter, traitsOf } from "../device/device.ts";
import { Pipelines } from "../device/pipelines.ts";
import { readsSubgroupMatrices } from "../device/reads-subgroup-matrices.ts";
import type { Traits } from "../graph/traits.ts";
import { indexedDbStore } from "../paths/indexed-db-store.ts";
import type { PathPreference } from "../paths/path-choices.ts";
import { TuningRecords } from "../paths/tuning-records.ts";
import type { EngineOptions } from "./engine.ts";

/** A device, and what is known of its adapter. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  readonly traits: Traits;
  /** Vendor, architecture and name of the adapter. */
  readonly adapter: string;
  readonly pipelines: Pipelines;
  readonly preference: PathPreference | undefined;
  readonly records: TuningRecords;
}

/** @throws MachineError without an adapter or a device */
export async function deviceOf(adapter: EngineOptions["adapter"]): Promise<GPUDevice> {
  if (typeof adapter === "function") return requestDevice(foundAdapter(await adapter()));
  return requestDevice(adapter ?? (await requestOwnAdapter()));
}

/**
 * @param asked what is preferred whatever the adapter
 * @param preferences else the first that is about the adapter counts
 */
export async function openedDevice(
  device: GPUDevice,
  { tuningStore, onNotice }: EngineOptions,
  asked: PathPreference | undefined,
  preferences: readonly PathPreference[],
): Promise<OpenedDevice> {
  const traits = traitsOf(device);
  const hasMatrices = traits.subgroupMatrices.length > 0 && (await readsSubgroupMatrices(device));
  const adapter = describeAdapter({ info: device.adapterInfo });
  return {
    device,
    traits: hasMatrices ? traits : { ...traits, subgroupMatrices: [] },
    adapter,
    pipelines: Pipelines.of(device),
    preference: asked ?? preferences.find((preference) => preference.adapter.test(adapter)),
    records: new TuningRecords(adapter, tuningStore ?? indexedDbStore(), onNotice),
  };
}
