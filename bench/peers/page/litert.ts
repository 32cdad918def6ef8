import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { type Open, pixelValues } from "../contestant.ts";

const wasm = new URL("../node_modules/@litertjs/core/wasm/", import.meta.url).href;

/** LiteRT.js on WebGPU, everything else left as it comes. @throws Error if a part of the model would run on the CPU */
export const open: Open = async (task) => {
  if (task.precision !== "f32") throw new Error("LiteRT.js: want f32, which the file holds, got f16.");
  // With JSPI what WebGPU lacks is told; without, the whole model goes to the CPU.
  await loadLiteRt(wasm, { jspi: true });
  const model = await loadAndCompile(task.tflite!, { accelerator: "webgpu", gpuOptions: { precision: "fp32" } });
  if (!model.isFullyAccelerated) {
    throw new Error("LiteRT.js: want the whole network on WebGPU, got parts of it on the CPU.");
  }
  const [batch, channels, height, width] = task.shape as [number, number, number, number];
  const pixels = channelsLast(pixelValues(task), channels);
  return {
    async run() {
      const input = new Tensor(pixels, [batch, height, width, channels]);
      const [output] = await model.run([input]);
      const answer = (await output!.data()).slice();
      for (const tensor of [input, output!]) tensor.delete();
      return answer;
    },
  };
};

function channelsLast(values: Float32Array, channels: number): Float32Array<ArrayBuffer> {
  const pixels = values.length / channels;
  return Float32Array.from(values, (_, i) => values[(i % channels) * pixels + Math.floor(i / channels)]!);
}
