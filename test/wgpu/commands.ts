import { filesFromFolder } from "../../cli/node-files.ts";
import { DPT, type RawPicture, type StageReport } from "../../src/index.ts";
import { describeAdapter, requestDevice, requestOwnAdapter } from "../../src/runtime/device/device.ts";
import type { InputData } from "../../src/runtime/graph/graph.ts";
import type { Kernel } from "../../src/runtime/graph/kernel.ts";
import type { Precision } from "../../src/runtime/graph/tensor.ts";
import { executeKernel } from "../execute-kernel.ts";
import { overlayFiles } from "../overlay-files.ts";
import { patchWeight } from "../patch-weight.ts";
import { randomNormal } from "../random.ts";
import { verifyCase } from "../verify-case.ts";

let device: Promise<GPUDevice> | undefined;

function sharedDevice(): Promise<GPUDevice> {
  device ??= requestOwnAdapter().then(requestDevice);
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

  /** Forward passes of noise, two of them, when weights are scaled. */
  async forwardScaled(
    folder: string,
    weights: readonly string[],
    factor: number,
    dtype: Precision,
  ): Promise<ScaledForward> {
    let files = filesFromFolder(folder);
    for (const weight of weights) {
      files = await patchWeight(files, weight, (values) => {
        for (const [i, value] of values.entries()) values[i] = value * factor;
      });
    }
    const notices: string[] = [];
    const onNotice = (notice: string) => notices.push(notice);
    using model = await DPT.load(files, { device: await sharedDevice(), dtype, onNotice });
    const noise = { shape: [1, 3, 64, 64], data: randomNormal(3 * 64 * 64, 1) };
    const first = await model.forward(noise, { stages: true });
    const again = await model.forward(noise);
    const tensors = [...first, ...[...again].map(([name, tensor]) => [`${name} again`, tensor] as const)];
    return {
      tensors: Object.fromEntries(tensors.map(([name, { data }]) => [name, data])),
      kept: model.keptInF32,
      notices,
    };
  },
};

export interface ScaledForward {
  readonly tensors: Readonly<Record<string, Float32Array>>;
  readonly kept: readonly string[];
  readonly notices: readonly string[];
}

export type Commands = typeof commands;

async function load(model: string, folder: string, dtype: Precision): Promise<DPT> {
  const files = overlayFiles(filesFromFolder(model), "preprocessor_config.json", filesFromFolder(folder));
  return DPT.load(files, { device: await sharedDevice(), dtype });
}
