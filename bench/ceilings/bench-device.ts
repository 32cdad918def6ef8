import { requestDevice, requestOwnAdapter } from "../../src/runtime/device/device.ts";
import type { SubgroupMatrix } from "../../src/runtime/graph/traits.ts";
import { Engine } from "../../src/runtime/session/engine.ts";

/** An adapter to be measured: the engine on it, and what it offers. */
export interface BenchDevice {
  readonly engine: Engine;
  /** Whether kernels can store and compute in f16. */
  readonly halves: boolean;
  /** The matrices of floating point numbers that its subgroups multiply; none without the feature. */
  readonly matrices: readonly SubgroupMatrix[];
  /** Most invocations of a subgroup. */
  readonly lanes: number;
  dispose(): void;
}

/** What `info` of an adapter says and the types of WebGPU do not know yet. */
interface SubgroupInfo {
  readonly subgroupMaxSize?: number;
  readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrix>;
}

/**
 * @param given the browser's own adapter if left out
 * @throws MachineError without an adapter or a device
 */
export async function openBenchDevice(given?: Parameters<typeof requestDevice>[0]): Promise<BenchDevice> {
  const adapter = given ?? (await requestOwnAdapter());
  const device = await requestDevice(adapter);
  const { features } = device;
  // Of the adapter: in Dawn for Node the `adapterInfo` of a device lists no matrices.
  const { subgroupMaxSize = 0, subgroupMatrixConfigs = [] } = adapter.info as SubgroupInfo;
  const configs = features.has("chromium-experimental-subgroup-matrix") ? [...subgroupMatrixConfigs] : [];
  return {
    engine: await Engine.open({ device }),
    halves: features.has("shader-f16"),
    matrices: configs.filter(({ componentType }) => componentType === "f16" || componentType === "f32"),
    lanes: subgroupMaxSize,
    dispose: () => device.destroy(),
  };
}
