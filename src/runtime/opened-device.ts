import { describeAdapter, requestDevice, requestOwnAdapter, traitsOf } from "./device.ts";
import type { EngineOptions } from "./engine.ts";
import { indexedDbStore } from "./indexed-db-store.ts";
import type { PathPreference } from "./path-choices.ts";
import { Pipelines } from "./pipelines.ts";
import { readsSubgroupMatrices } from "./reads-subgroup-matrices.ts";
import type { Traits } from "./traits.ts";
import { TuningRecords } from "./tuning-records.ts";

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
  if (typeof adapter === "function") return requestDevice(await adapter());
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
