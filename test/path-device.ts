import { openGpu } from "../cli/adapter/open-gpu.ts";
import { requestDevice } from "../src/runtime/device/device.ts";

let device: Promise<GPUDevice> | undefined;

/**
 * A device with all that its adapter has, experiments too: the other ways to compute a kernel need some of it. Errors that
 * nobody captures are thrown where they are told, which fails the run.
 */
export function pathDevice(): Promise<GPUDevice> {
  device ??= open();
  return device;
}

async function open(): Promise<GPUDevice> {
  const { adapter } = await openGpu({ toggles: ["allow_unsafe_apis"] });
  const opened = await requestDevice(adapter);
  opened.addEventListener("uncapturederror", ({ error }) => {
    throw new Error(error.message);
  });
  return opened;
}
