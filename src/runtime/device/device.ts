import { MachineError, MemoryError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { byteLength, describeTensor, type Precision, type TensorSpec } from "../graph/tensor.ts";
import type { SubgroupMatrix, Traits } from "../graph/traits.ts";

/** Features that make the engine faster or measurable where an adapter has them; none is needed. */
const WANTED = ["shader-f16", "subgroups", "timestamp-query", "chromium-experimental-subgroup-matrix"];

/** Limits of which more is better: larger models and, with more workgroup memory, larger tiles. */
const LIMITS = [
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** What adapters told of themselves: Dawn's devices in Node repeat it without the subgroup matrices. */
const adapterInfos = new WeakMap<GPUDevice, GPUAdapterInfo>();

/**
 * A device with all the adapter can give.
 * @throws MachineError if the adapter gives no device
 */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures = WANTED.filter((name) => adapter.features.has(name)) as GPUFeatureName[];
  try {
    const device = await adapter.requestDevice({ label: "dpt-webgpu", requiredLimits, requiredFeatures });
    adapterInfos.set(device, adapter.info);
    return device;
  } catch (cause) {
    const message = `WebGPU: want a device from the adapter ${describeAdapter(adapter)}, got ${(cause as Error).message}`;
    throw new MachineError(`${message}. Reload the page or restart the browser.`, { cause });
  }
}

/**
 * The browser's own adapter.
 * @throws MachineError without WebGPU or without an adapter
 */
export async function requestOwnAdapter(): Promise<GPUAdapter> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (!gpu) {
    throw new MachineError(
      "WebGPU: want navigator.gpu, got none. Use a browser with WebGPU (Chrome, Edge, Safari 26, Firefox) on a page served over https or from localhost.",
    );
  }
  return foundAdapter(await gpu.requestAdapter({ powerPreference: "high-performance" }));
}

/** @throws MachineError if there is none */
export function foundAdapter(adapter: GPUAdapter | null): GPUAdapter {
  if (adapter) return adapter;
  throw new MachineError(
    "WebGPU: want an adapter, got none. Switch hardware acceleration on in the browser's settings and update the graphics driver.",
  );
}

/** Vendor, architecture and name, as far as the adapter tells them. */
export function describeAdapter({ info }: { readonly info: GPUAdapterInfo }): string {
  const parts = [info.description || info.device, info.vendor, info.architecture];
  const words = parts.filter((part, i) => part && !parts.slice(0, i).some((before) => before?.includes(part)));
  return words.length > 0 ? words.join(", ") : "(unnamed adapter)";
}

/** Whether the CPU does the adapter's work. */
export function isSoftware({ isFallbackAdapter, architecture, device, description }: GPUAdapterInfo): boolean {
  return (
    isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${architecture} ${device} ${description}`)
  );
}

/** What decides how kernels are best computed on a device; a feature that was not asked for counts as missing. */
export function traitsOf(device: GPUDevice): Traits {
  const { features, limits } = device;
  const adapterInfo = adapterInfos.get(device) ?? device.adapterInfo;
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo;
  const { subgroupMatrixConfigs = [] } = adapterInfo as { subgroupMatrixConfigs?: readonly SubgroupMatrix[] };
  const has = (name: string) => (features as ReadonlySet<string>).has(name);
  return {
    software: isSoftware(adapterInfo),
    f16: has("shader-f16"),
    subgroups: has("subgroups"),
    subgroupSize: has("subgroups") && subgroupMinSize === subgroupMaxSize ? subgroupMaxSize : undefined,
    subgroupMatrices: has("chromium-experimental-subgroup-matrix") ? subgroupMatrixConfigs.map(toData) : [],
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    invocations: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  };
}

function toData({ M, N, K, componentType, resultComponentType }: SubgroupMatrix): SubgroupMatrix {
  return { M, N, K, componentType, resultComponentType };
}

/** @throws MachineError if kernels cannot store in this precision on the device */
export function checkPrecision({ features, adapterInfo }: GPUDevice, precision: Precision): void {
  if (precision === "f32" || features.has("shader-f16")) return;
  const got = `got ${describeAdapter({ info: adapterInfo })} without it`;
  throw new MachineError(`dtype f16: want the feature shader-f16, ${got}. Use dtype f32, or another adapter.`);
}

type Limited = Pick<GPUDevice, "limits">;

/**
 * Checks that a tensor fits into one buffer and one binding.
 * @throws MemoryError naming the limit and the tensor
 */
export function checkSize({ limits }: Limited, label: string, spec: TensorSpec): void {
  const { maxStorageBufferBindingSize, maxBufferSize } = limits;
  const bytes = byteLength(spec);
  for (const [name, limit] of Object.entries({ maxStorageBufferBindingSize, maxBufferSize })) {
    if (bytes <= limit) continue;
    const want = `want ${name} of ${bytes} bytes for ${describeTensor(spec)}`;
    throw new MemoryError(
      `${label}: ${want}, got ${limit}. Use a smaller picture, a smaller model or another adapter.`,
    );
  }
}

/**
 * Checks that every dispatch of a graph is within the device's limits.
 * @throws MachineError naming the limit and the tensor
 */
export function checkLimits(device: Limited, graph: Graph): void {
  const { maxStorageBuffersPerShaderStage } = device.limits;
  for (const { kernel, inputs, output } of graph.dispatches) {
    for (const tensor of [...inputs, output]) checkSize(device, tensor.label, tensor);
    if (inputs.length + 1 > maxStorageBuffersPerShaderStage) {
      const want = `want maxStorageBuffersPerShaderStage of ${inputs.length + 1}`;
      throw new MachineError(`${kernel.label}: ${want}, got ${maxStorageBuffersPerShaderStage}. Use another adapter.`);
    }
  }
}
