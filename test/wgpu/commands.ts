import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, type RawPicture, type StageReport } from "../../src/index.ts";
import { describeAdapter, requestOwnDevice } from "../../src/runtime/device.ts";
import type { InputData } from "../../src/runtime/graph.ts";
import type { Kernel } from "../../src/runtime/kernel.ts";
import type { Precision } from "../../src/runtime/tensor.ts";
import { executeKernel } from "../execute-kernel.ts";
import { overlayFiles } from "../overlay-files.ts";
import { patchWeight } from "../patch-weight.ts";
import { randomNormal } from "../random.ts";
import { verifyCase } from "../verify-case.ts";

let device: Promise<GPUDevice> | undefined;

function sharedDevice(): Promise<GPUDevice> {
  device ??= requestOwnDevice();
  return device;
}

/** What runs in Deno at the word of the tests; arguments and answers survive {@link encodeMessage}. */
export const commands = {
  /** The name of the adapter, if there is one, and its features. */
  async adapter(): Promise<{ readonly adapter?: string; readonly features: readonly string[] }> {
    const adapter = await navigator.gpu.requestAdapter();
    return adapter ? { adapter: describeAdapter(adapter), features: [...adapter.features] } : { features: [] };
  },

  /** Bytes of the output. */
  async runKernel(kernel: Kernel, inputs: readonly InputData[]): Promise<Uint8Array> {
    return new Uint8Array(await executeKernel(await sharedDevice(), kernel, inputs));
  },

  async verifyCase(folder: string, dtype: Precision): Promise<StageReport[]> {
    return verifyCase(filesFromFolder(folder), { device: await sharedDevice(), dtype });
  },

  /** @param folder with another preprocessor_config.json for the model */
  async segment(model: string, folder: string, picture: RawPicture, dtype: Precision): Promise<Uint8Array> {
    using loaded = await load(model, folder, dtype);
    return Uint8Array.from((await loaded.segment(picture)).labels);
  },

  /** @param folder with another preprocessor_config.json for the model */
  async depth(model: string, folder: string, picture: RawPicture, dtype: Precision): Promise<Float32Array> {
    using loaded = await load(model, folder, dtype);
    return (await loaded.depth(picture)).depth;
  },

  /** Name and message of the error of a forward pass of noise when a weight is scaled; empty if there is none. */
  async forwardScaled(folder: string, weight: string, factor: number, dtype: Precision): Promise<string> {
    const files = await patchWeight(filesFromFolder(folder), weight, (values) => {
      for (const [i, value] of values.entries()) values[i] = value * factor;
    });
    using model = await DPT.load(files, { device: await sharedDevice(), dtype });
    const noise = { shape: [1, 3, 64, 64], data: randomNormal(3 * 64 * 64, 1) };
    // Awaited here: the model is gone after the return.
    return await model.forward(noise).then(
      () => "",
      ({ name, message }: Error) => `${name}: ${message}`,
    );
  },
};

export type Commands = typeof commands;

async function load(model: string, folder: string, dtype: Precision): Promise<DPT> {
  const files = overlayFiles(filesFromFolder(model), "preprocessor_config.json", filesFromFolder(folder));
  return DPT.load(files, { device: await sharedDevice(), dtype });
}
