import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { type Open, type OperatorTask, operands } from "../contestant.ts";

export const open: Open<OperatorTask> = async (task) => {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js: want its WebGPU backend, got none.");
  await tf.ready();
  const apply = operator(task);
  return {
    async run() {
      const results = Array.from({ length: task.repeats }, apply);
      const y = (await results.at(-1)!.data()) as Float32Array;
      for (const result of results) result.dispose();
      return y;
    },
  };
};

function operator(task: OperatorTask): () => tf.Tensor {
  const { x, weight } = operands(task);
  if (task.kind === "matmul") {
    const { rows, inner, columns } = task;
    const [a, b] = [tf.tensor2d(x, [rows, inner]), tf.tensor2d(weight, [inner, columns])];
    return () => tf.matMul(a, b);
  }
  const { side, channels } = task;
  const image = tf.tensor4d(x, [1, side, side, channels]);
  const filter = tf.tensor4d(weight, [3, 3, channels, channels]);
  return () => tf.conv2d(image, filter, 1, "same");
}
