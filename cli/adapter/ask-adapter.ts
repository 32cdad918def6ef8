import { MachineError } from "../../src/runtime/errors.ts";
import type { OpenedGpu } from "./open-gpu.ts";

/** What asks for an adapter, each of which gives one device: the one that was opened, then others like it. */
export function askAdapter({ gpu, adapter }: Pick<OpenedGpu, "gpu" | "adapter">): () => Promise<GPUAdapter> {
  let opened: GPUAdapter | undefined = adapter;
  return async () => {
    const next = opened ?? (await gpu.requestAdapter({ powerPreference: "high-performance" }));
    opened = undefined;
    if (next) return next;
    throw new MachineError("WebGPU: want another adapter after one was lost, got none. Start again.");
  };
}
