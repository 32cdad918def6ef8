import { DPT } from "../../../src/index.ts";
import { conv2d } from "../../../src/kernels/conv2d.ts";
import { matmul } from "../../../src/kernels/matmul.ts";
import { packConv2d, packLinear } from "../../../src/kernels/shared/pack.ts";
import { Graph } from "../../../src/runtime/graph/graph.ts";
import { elementCount } from "../../../src/runtime/graph/tensor.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import { type Open, type OperatorTask, operands, pixelValues } from "../contestant.ts";

export const openNetwork: Open = async (task) => {
  // Measuring ways to compute while the others are timed would cost both.
  const model = await DPT.load(task.model, { dtype: task.precision, tuning: "off" });
  const pixels = { shape: task.shape, data: pixelValues(task) };
  return {
    async run() {
      const [output] = (await model.forward(pixels)).values();
      return output!.data;
    },
  };
};

/** The kernel that the model would use for this shape. */
export const openOperator: Open<OperatorTask> = async (task) => {
  const engine = await Engine.open({});
  const { x, weight } = operands(task);
  const kernel = kernelOf(task);
  const graph = new Graph();
  const input = graph.input("x", kernel.inputs[0]!);
  const packed = graph.input("weight", kernel.inputs[1]!);
  for (let i = 1; i < task.repeats; i++) graph.run(kernel, input, packed);
  graph.output("y", graph.run(kernel, input, packed));
  const session = await engine.compile(graph);
  const data = { x, weight: pack(task, weight) };
  return {
    async run() {
      const { outputs } = await session.run(data);
      return new Float32Array(outputs.get("y")!, 0, elementCount(kernel.output.shape));
    },
  };
};

function kernelOf(task: OperatorTask) {
  if (task.kind === "matmul") {
    const { rows, inner: channelsIn, columns: channelsOut } = task;
    return matmul({ batch: 1, rows, channelsIn, channelsOut, precision: "f32" });
  }
  const { side, channels } = task;
  const square = { batch: 1, height: side, width: side, channelsIn: channels, channelsOut: channels };
  return conv2d({ ...square, size: 3, stride: 1, padding: 1, precision: "f32" });
}

/** From `[inner, columns]` by way of PyTorch's `[columns, inner]`, or `[C, C, 3, 3]`. */
function pack(task: OperatorTask, weight: Float32Array): Float32Array {
  if (task.kind === "matmul") {
    const { inner, columns } = task;
    return packLinear(byColumn(weight, columns), columns, inner);
  }
  const { channels } = task;
  const rows = byColumn(weight, channels);
  const oihw = rows.map((_, i) => {
    const [o, rest] = [Math.floor(i / (9 * channels)), i % (9 * channels)];
    return rows[o * 9 * channels + (rest % 9) * channels + Math.floor(rest / 9)]!;
  });
  return packConv2d(oihw, channels, channels, 9);
}

function byColumn(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}
