import type { NetworkTask, Open, OperatorTask, Running, Task } from "../contestant.ts";

declare global {
  /** Opens a contestant, runs it once, and says how long that took; its output as base64 of float32. */
  var start: (name: string, task: Task) => Promise<{ cold: number; output: string }>;
  /** Runs a contestant again: seconds. */
  var runAgain: (name: string, kind: Task["kind"]) => Promise<number>;
}

/** Imported only when asked for. */
const NETWORKS: Readonly<Record<string, () => Promise<Open>>> = {
  ours: async () => (await import("./ours.ts")).openNetwork,
  "ort-webgpu": async () =>
    (await import("./onnx-runtime.ts")).onnxRuntime(await import("onnxruntime-web/webgpu"), "webgpu"),
  litert: async () => (await import("./litert.ts")).open,
  "ort-wasm": async () => (await import("./onnx-runtime.ts")).onnxRuntime(await import("onnxruntime-web/wasm"), "wasm"),
};

const OPERATORS: Readonly<Record<string, () => Promise<Open<OperatorTask>>>> = {
  ours: async () => (await import("./ours.ts")).openOperator,
  tfjs: async () => (await import("./tensorflow.ts")).open,
  jax: async () => (await import("./jax.ts")).open,
};

const running = new Map<string, Running>();

globalThis.start = async (name, task) => {
  const open = task.kind === "network" ? await NETWORKS[name]!() : await OPERATORS[name]!();
  const began = performance.now();
  const opened = await (open as (task: NetworkTask | OperatorTask) => Promise<Running>)(task);
  const output = await opened.run();
  const cold = (performance.now() - began) / 1e3;
  running.set(`${name} ${task.kind}`, opened);
  return { cold, output: await base64(output) };
};

globalThis.runAgain = async (name, kind) => {
  const began = performance.now();
  await running.get(`${name} ${kind}`)!.run();
  return (performance.now() - began) / 1e3;
};

async function base64(values: Float32Array): Promise<string> {
  const blob = new Blob([new Float32Array(values)]);
  const reader = new FileReader();
  await new Promise((resolve, reject) => {
    reader.onload = resolve;
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
  return (reader.result as string).replace(/^[^,]*,/, "");
}
