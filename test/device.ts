import { openGpu } from "../cli/adapter/open-gpu.ts";

const uncaptured: string[] = [];
let device: Promise<GPUDevice> | undefined;

/**
 * The device that the tests of one worker share: default limits, no features, so what passes here passes everywhere.
 * Errors that nobody captures fail the test that caused them (see setup.ts).
 * @throws MachineError if this machine has no adapter: the suite fails, it never skips
 */
export function testDevice(): Promise<GPUDevice> {
  device ??= openTestDevice();
  return device;
}

/** The uncaptured errors since the last call; waits until the device has reported those of all work submitted. */
export async function takeUncapturedErrors(): Promise<string[]> {
  if (device) await (await device).queue.onSubmittedWorkDone();
  return uncaptured.splice(0);
}

async function openTestDevice(): Promise<GPUDevice> {
  const { adapter } = await openGpu();
  const opened = await adapter.requestDevice({ label: "test device" });
  opened.addEventListener("uncapturederror", ({ error }) => uncaptured.push(error.message));
  opened.lost.then(({ reason, message }) => uncaptured.push(`device lost (${reason}): ${message}`));
  return opened;
}
