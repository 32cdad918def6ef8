/** How many objects of each kind live on a device, and their bytes where that is known. */
export interface GpuObjects {
  readonly buffers: number;
  readonly bufferBytes: number;
  readonly querySets: number;
  readonly textures: number;
  /** Compiled kernels that are kept; they go with the garbage. */
  readonly pipelines: number;
}

type Counter = { -readonly [Kind in keyof GpuObjects]: number };

const counters = new WeakMap<GPUDevice, Counter>();

function counterOf(device: GPUDevice): Counter {
  const counter = counters.get(device) ?? { buffers: 0, bufferBytes: 0, querySets: 0, textures: 0, pipelines: 0 };
  counters.set(device, counter);
  return counter;
}

/** What lives on a device now, of all that was made by the functions of this file: nothing is made elsewhere. */
export function gpuObjects(device: GPUDevice): GpuObjects {
  return { ...counterOf(device) };
}

/** A buffer that counts until it is destroyed. */
export function makeBuffer(device: GPUDevice, descriptor: GPUBufferDescriptor): GPUBuffer {
  const counter = counterOf(device);
  const buffer = device.createBuffer(descriptor);
  counter.buffers++;
  counter.bufferBytes += descriptor.size;
  onDestroy(buffer, () => {
    counter.buffers--;
    counter.bufferBytes -= descriptor.size;
  });
  return buffer;
}

/** A query set that counts until it is destroyed. */
export function makeQuerySet(device: GPUDevice, descriptor: GPUQuerySetDescriptor): GPUQuerySet {
  const counter = counterOf(device);
  const set = device.createQuerySet(descriptor);
  counter.querySets++;
  onDestroy(set, () => {
    counter.querySets--;
  });
  return set;
}

/** A texture that counts until it is destroyed. */
export function makeTexture(device: GPUDevice, descriptor: GPUTextureDescriptor): GPUTexture {
  const counter = counterOf(device);
  const texture = device.createTexture(descriptor);
  counter.textures++;
  onDestroy(texture, () => {
    counter.textures--;
  });
  return texture;
}

/**
 * A compiled kernel, to be counted off by {@link forgetPipeline}: WebGPU has no way to destroy one.
 * @throws what WebGPU says of a text that does not compile
 */
export async function makePipeline(
  device: GPUDevice,
  descriptor: GPUComputePipelineDescriptor,
): Promise<GPUComputePipeline> {
  const pipeline = await device.createComputePipelineAsync(descriptor);
  counterOf(device).pipelines++;
  return pipeline;
}

export function forgetPipeline(device: GPUDevice): void {
  counterOf(device).pipelines--;
}

/** Counts at the first call of `destroy` alone: further ones are allowed and do nothing. */
function onDestroy(made: { destroy(): undefined }, count: () => void): void {
  const destroy = made.destroy.bind(made);
  let isLiving = true;
  made.destroy = () => {
    if (isLiving) count();
    isLiving = false;
    return destroy();
  };
}
