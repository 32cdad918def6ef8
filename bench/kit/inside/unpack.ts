import { MachineError } from "../../../src/runtime/errors.ts";

/**
 * Stands in the kit for `cli/adapter/unpack.ts`: a software adapter would answer for a GPU that was not found.
 * @throws MachineError always
 */
export async function unpack(part: string): Promise<never> {
  throw new MachineError(
    `WebGPU: want a GPU with a Vulkan driver, got none (the kit brings no ${part}). Install the GPU's driver, or name its ` +
      "manifest: VK_DRIVER_FILES=/path/to/some_icd.json. VK_LOADER_DEBUG=error,driver ./run.sh … says what was tried.",
  );
}
