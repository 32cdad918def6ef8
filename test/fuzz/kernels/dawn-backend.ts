import { traitsOf } from "../../../src/runtime/device/device.ts";
import { executeKernel } from "../../execute-kernel.ts";
import { pathDevice } from "../../path-device.ts";
import type { Backend } from "./trial.ts";

/** Dawn on this machine's adapter, with the paths that a GPU with its features would get. */
export async function dawnBackend(): Promise<Backend> {
  const device = await pathDevice();
  const traits = { ...traitsOf(device), software: false };
  return {
    precisions: traits.f16 ? ["f32", "f16"] : ["f32"],
    traits,
    run: (kernel, inputs) => executeKernel(device, kernel, inputs),
  };
}
