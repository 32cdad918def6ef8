import { expect } from "vitest";
import type { ConstantData } from "../src/runtime/graph.ts";
import type { Kernel } from "../src/runtime/kernel.ts";
import { Pipelines } from "../src/runtime/pipelines.ts";
import { byteLength, describeTensor, elementCount } from "../src/runtime/tensor.ts";
import { testDevice } from "./device.ts";

/** Words after the output in the same buffer that no kernel may touch. */
const CANARIES = 64;
const CANARY = 0xdeadbeef;

const pipelines = new WeakMap<GPUDevice, Pipelines>();

/**
 * Runs one kernel; the answer is the bytes of its output. The output starts as garbage, so that an element a kernel
 * forgets shows, and is followed by canaries inside the same binding, so that a store past the end fails the test.
 */
export async function runKernel(kernel: Kernel, ...inputs: ConstantData[]): Promise<ArrayBuffer> {
  const device = await testDevice();
  if (!pipelines.has(device)) pipelines.set(device, new Pipelines(device));
  const pipeline = await pipelines.get(device)!.acquire(kernel);

  expect(inputs.length, `${kernel.label}: inputs`).toBe(kernel.inputs.length);
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const buffers = inputs.map((data, i) => {
    const spec = kernel.inputs[i]!;
    expect(data.byteLength, `${kernel.label}: input ${i} ${describeTensor(spec)}`).toBeLessThanOrEqual(
      byteLength(spec),
    );
    const buffer = device.createBuffer({ size: byteLength(spec), usage: STORAGE | COPY_DST });
    device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
    return buffer;
  });
  const outputBytes =
    Math.ceil((elementCount(kernel.output.shape) * (byteLength({ ...kernel.output, shape: [1024] }) / 1024)) / 4) * 4;
  const size = Math.ceil(outputBytes / 16) * 16 + CANARIES * 4;
  const output = device.createBuffer({ size, usage: STORAGE | COPY_DST | COPY_SRC });
  device.queue.writeBuffer(output, 0, new Uint32Array(size / 4).fill(CANARY));
  const staging = device.createBuffer({ size, usage: COPY_DST | MAP_READ });

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [...buffers, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(...kernel.workgroups);
  pass.end();
  encoder.copyBufferToBuffer(output, 0, staging, 0, size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice(0);
  for (const buffer of [...buffers, output, staging]) buffer.destroy();

  const canaries = new Uint32Array(bytes, outputBytes);
  expect(
    canaries.every((word) => word === CANARY),
    `${kernel.label}: wrote past its output`,
  ).toBe(true);
  return bytes.slice(0, outputBytes);
}

/** `runKernel` for a kernel whose output is f32. */
export async function runFloat(kernel: Kernel, ...inputs: ConstantData[]): Promise<Float32Array> {
  return new Float32Array(await runKernel(kernel, ...inputs));
}
