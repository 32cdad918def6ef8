import type { Open, Running } from "../contestant.ts";
import type { Reply, Request } from "./messages.ts";

/** Imported only when asked for: each brings a native library along. */
const CONTESTANTS: Readonly<Record<string, () => Promise<Open>>> = {
  ours: async () => (await import("./ours.ts")).open,
  "ort-webgpu": async () => (await import("./onnx-runtime.ts")).onnxRuntime("webgpu"),
  "ort-cpu": async () => (await import("./onnx-runtime.ts")).onnxRuntime("cpu"),
  transformers: async () => (await import("./transformers.ts")).open,
};

let running: Running | undefined;

async function answer(request: Request): Promise<Reply> {
  if ("open" in request) {
    const open = await CONTESTANTS[request.open]!();
    const began = performance.now();
    running = await open(request.task);
    const output = await running.run();
    return { started: { cold: (performance.now() - began) / 1e3, output } };
  }
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await running!.run();
  const seconds = (performance.now() - began) / 1e3;
  const { user, system } = process.cpuUsage(cpu);
  return { ran: { seconds, cpuSeconds: (user + system) / 1e6 } };
}

process.on("message", async (request: Request) => {
  const reply = await answer(request).catch((error: unknown): Reply => ({ failed: String(error) }));
  process.send!(reply);
});
