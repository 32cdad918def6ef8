import { LEAST_TRAITS } from "../../least-traits.ts";
import type { Wgpu } from "../../wgpu/open-wgpu.ts";
import type { Backend } from "./trial.ts";

/** wgpu in Deno, which has f16; of the paths, those that need no feature of a device. */
export function wgpuBackend(wgpu: Wgpu): Backend {
  return {
    precisions: ["f32", "f16"],
    traits: { ...LEAST_TRAITS, f16: true },
    run: async (kernel, inputs) => (await wgpu.call("runKernel", kernel, inputs)).buffer as ArrayBuffer,
  };
}
