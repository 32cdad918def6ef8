import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type GpuObjects, gpuObjects } from "../../src/runtime/device/gpu-objects.ts";

/** What a process holds. */
export interface Held extends GpuObjects {
  /** Bytes of JavaScript's heap after it was collected. */
  readonly heap: number;
  /** Bytes of ArrayBuffers. */
  readonly arrayBuffers: number;
  /** Files, sockets and timers that keep the process going. */
  readonly handles: number;
  /** Open file descriptors; 0 where the system does not tell. */
  readonly descriptors: number;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** What this process holds now, of GPU objects those of a device. */
export async function heldOn(device: GPUDevice): Promise<Held> {
  // What is finalised after one collection is garbage for the next.
  for (let i = 0; i < 4; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    ...gpuObjects(device),
    heap: heapUsed,
    arrayBuffers,
    handles: process.getActiveResourcesInfo().length,
    descriptors: descriptors(),
  };
}

function descriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return 0;
  }
}
