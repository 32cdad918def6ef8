import { describeAdapter, isSoftware, requestOwnAdapter } from "../src/runtime/device/device.ts";

/** What this browser gives to WebGPU. */
export interface Machine {
  readonly adapter: string;
  /** Whether the processor does the work of a graphics card. */
  readonly software: boolean;
  readonly features: readonly string[];
  /** By name, in the order they are shown. */
  readonly limits: readonly { readonly name: string; readonly value: number; readonly unit: "bytes" | "" }[];
}

const LIMITS = [
  ["maxBufferSize", "bytes"],
  ["maxStorageBufferBindingSize", "bytes"],
  ["maxComputeWorkgroupStorageSize", "bytes"],
  ["maxComputeInvocationsPerWorkgroup", ""],
  ["maxComputeWorkgroupsPerDimension", ""],
  ["maxStorageBuffersPerShaderStage", ""],
] as const;

/** @throws MachineError without WebGPU or without an adapter */
export async function lookAtMachine(): Promise<Machine> {
  const adapter = await requestOwnAdapter();
  return {
    adapter: describeAdapter(adapter),
    software: isSoftware(adapter.info),
    features: [...adapter.features].sort(),
    limits: LIMITS.map(([name, unit]) => ({ name, value: adapter.limits[name], unit })),
  };
}
