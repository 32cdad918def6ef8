import { writeBuffer } from "../src/runtime/device/gpu-buffer.ts";
import { Pipelines } from "../src/runtime/device/pipelines.ts";
import type { InputData } from "../src/runtime/graph/graph.ts";
import type { Kernel } from "../src/runtime/graph/kernel.ts";
import { byteLength, describeTensor, elementCount } from "../src/runtime/graph/tensor.ts";

/** Words after the output in the same buffer that no kernel may touch. */
const CANARIES = 64;
const CANARY = 0xdeadbeef;

/**
 * Runs one kernel on a device; the answer is the bytes of its output. The output starts as garbage, so that an element a
 * kernel forgets shows, and is followed by canaries inside the same binding, so that a store past the end fails the test.
 */
export async function executeKernel(device: GPUDevice, kernel: Kernel, inputs: readonly InputData[]) {
  const pipeline = await Pipelines.of(device).acquire(kernel);

  must(inputs.length === kernel.inputs.length, `${kernel.label}: ${inputs.length} inputs`);
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const buffers = inputs.map((data, i) => {
    const spec = kernel.inputs[i]!;
    const what = `${kernel.label}: input ${i} ${describeTensor(spec)}`;
    must(data.byteLength <= byteLength(spec), `${what}: ${data.byteLength} bytes`);
    const buffer = device.createBuffer({ size: byteLength(spec), usage: STORAGE | COPY_DST });
    writeBuffer(device, buffer, data);
    return buffer;
  });
  const outputBytes =
    Math.ceil((elementCount(kernel.output.shape) * (byteLength({ ...kernel.output, shape: [1024] }) / 1024)) / 4) * 4;
  const size = Math.ceil(outputBytes / 16) * 16 + CANARIES * 4;
  const output = device.createBuffer({ size, usage: STORAGE | COPY_DST | COPY_SRC });
  writeBuffer(device, output, new Uint32Array(size / 4).fill(CANARY));
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
  Pipelines.of(device).release(kernel);

  const canaries = new Uint32Array(bytes, outputBytes);
  must(
    canaries.every((word) => word === CANARY),
    `${kernel.label}: wrote past its output`,
  );
  return bytes.slice(0, outputBytes);
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
