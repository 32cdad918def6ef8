import type { ModelConfig } from "../../src/model/config/config.ts";
import type { NetworkTask, OperatorTask, Task } from "./contestant.ts";

/** One peer on one task, against ours on the same task in the same place. */
export interface Match<T extends Task = Task> {
  /** For `--only`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly place: "node" | "page";
  /** The contestant's name in its place. */
  readonly peer: string;
  readonly task: T;
}

/** Peers that do not compete where no result has their name, and why. */
export const LEFT_OUT: readonly { readonly name?: string; readonly title: string; readonly why: string }[] = [
  {
    name: "litert",
    title: "LiteRT.js",
    why: "no .tflite file given: bench/peers/tflite/write_tflite.py makes one, where Python and TensorFlow are",
  },
  { title: "PyTorch", why: "not of this process: bench/peers/torch_dpt.py, where Python and torch are" },
];

/** The whole network. */
export function networkMatches(task: NetworkTask, { architecture }: ModelConfig): Match<NetworkTask>[] {
  const matches: Match<NetworkTask>[] = [
    { name: "ort-node-webgpu", title: "ONNX Runtime Node, WebGPU", place: "node", peer: "ort-webgpu", task },
    { name: "ort-node-cpu", title: "ONNX Runtime Node, CPU", place: "node", peer: "ort-cpu", task },
    { name: "transformers-js", title: "transformers.js in Node, WebGPU", place: "node", peer: "transformers", task },
    { name: "ort-web-webgpu", title: "ONNX Runtime Web, WebGPU", place: "page", peer: "ort-webgpu", task },
    { name: "ort-web-wasm", title: "ONNX Runtime Web, WASM (CPU)", place: "page", peer: "ort-wasm", task },
    { name: "litert", title: "LiteRT.js, WebGPU", place: "page", peer: "litert", task },
  ];
  const cannot = new Set<string>();
  if (architecture !== "DepthAnythingForDepthEstimation") cannot.add("transformers");
  if (task.tflite === undefined) cannot.add("litert");
  return matches.filter(({ peer }) => !cannot.has(peer));
}

/** Enough that what one submit costs does not show, as in a network. */
const REPEATS = 10;

/** The two operators that take a network's time, alone, at shapes it has for a picture of `size × size`. */
export function operatorMatches({ backbone, decoders }: ModelConfig, size: number): Match<OperatorTask>[] {
  const grid = Math.floor(size / backbone.patch);
  const inner = backbone.hiddenSize;
  const columns = "mlpRatio" in backbone ? Math.trunc(inner * backbone.mlpRatio) : backbone.intermediateSize;
  const tasks: OperatorTask[] = [
    { kind: "matmul", rows: 1 + grid * grid, inner, columns, repeats: REPEATS },
    { kind: "convolution", side: 4 * grid, channels: decoders[0]!.fusion.channels, repeats: REPEATS },
  ];
  const peers = [
    { name: "tfjs", title: "TensorFlow.js", peer: "tfjs" },
    { name: "jax-js", title: "jax-js", peer: "jax" },
  ];
  return tasks.flatMap((task) =>
    peers.map(({ name, title, peer }) => {
      return { name, title: `${title}, ${describeOperator(task)}`, place: "page" as const, peer, task };
    }),
  );
}

function describeOperator(task: OperatorTask): string {
  if (task.kind === "matmul") return `matmul ${task.rows}×${task.inner}×${task.columns}`;
  return `3×3 convolution of ${task.channels} channels at ${task.side}×${task.side}`;
}
