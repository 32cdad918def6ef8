import type { Precision, Shape } from "../../src/runtime/graph/tensor.ts";
import { randomNormal } from "../../test/random.ts";

/** One whole network on one picture. */
export interface NetworkTask {
  readonly kind: "network";
  /** The model folder of transformers: an absolute path; a URL once it is in a page. */
  readonly model: string;
  /** The folder with the same model as `onnx/model.onnx` and `onnx/model.onnx_data`, likewise. */
  readonly onnx: string;
  /** The same model at this shape as a .tflite file, if there is one, likewise. */
  readonly tflite?: string;
  /** Of `pixel_values`. */
  readonly shape: Shape;
  /** Of weights and activations, ours and the peer's. */
  readonly precision: Precision;
}

/** `x [rows, inner] · w [inner, columns]`, `repeats` times. */
export interface MatmulTask {
  readonly kind: "matmul";
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly repeats: number;
}

/** A 3×3 convolution with stride 1 and zeros around, of a square map whose channels stay as many, `repeats` times. */
export interface ConvolutionTask {
  readonly kind: "convolution";
  readonly side: number;
  readonly channels: number;
  readonly repeats: number;
}

export type OperatorTask = MatmulTask | ConvolutionTask;
export type Task = NetworkTask | OperatorTask;

/** Something loaded and compiled. */
export interface Running {
  /** The answer, when it has arrived on the CPU: in PyTorch's layout, a convolution's as `[H, W, C]`. */
  run(): Promise<Float32Array>;
}

/** Loads and compiles. What an implementation imports for that is imported before, and is not measured. */
export type Open<T extends Task = NetworkTask> = (task: T) => Promise<Running>;

/** What a contestant says of its first answer. */
export interface Started {
  /** Seconds from nothing but imported code to the first answer: loading, compiling, the first run. */
  readonly cold: number;
  readonly output: Float32Array;
}

export interface Ran {
  readonly seconds: number;
  /** Of all threads of the contestant's process; where nothing else runs in it. */
  readonly cpuSeconds?: number;
}

/** A contestant at work somewhere. */
export interface Contestant extends Started {
  run(): Promise<Ran>;
}

/** Normal deviates stand for a normalised picture. */
export function pixelValues({ shape }: NetworkTask): Float32Array {
  return randomNormal(
    shape.reduce((product, size) => product * size, 1),
    1,
  );
}

/** What an operator multiplies: x row by row, and the weight as `[inner, columns]` or `[3, 3, channels, channels]`. */
export function operands(task: OperatorTask): { readonly x: Float32Array; readonly weight: Float32Array } {
  const [inputs, inner, columns] =
    task.kind === "matmul"
      ? [task.rows * task.inner, task.inner, task.columns]
      : [task.side * task.side * task.channels, 9 * task.channels, task.channels];
  return { x: randomNormal(inputs, 1), weight: randomNormal(inner * columns, 2, { deviation: inner ** -0.5 }) };
}
