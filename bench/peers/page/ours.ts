import { DPT } from "../../../src/index.ts";
import { conv2d } from "../../../src/kernels/conv2d.ts";
import { matmul } from "../../../src/kernels/matmul.ts";
import { PATH_PREFERENCES } from "../../../src/kernels/path-preferences.ts";
import { chooseWinograd } from "../../../src/kernels/shared/choose-convolution.ts";
import { packConv2d, packedShape, packLinear } from "../../../src/kernels/shared/pack.ts";
import { winogradFilters, winogradPoints } from "../../../src/kernels/shared/winograd-transforms.ts";
import { winograd } from "../../../src/model/network/winograd.ts";
import { Graph, type Tensor } from "../../../src/runtime/graph/graph.ts";
import { elementCount, type Shape, type TensorSpec } from "../../../src/runtime/graph/tensor.ts";
import { Engine } from "../../../src/runtime/session/engine.ts";
import {
  type ConvolutionTask,
  type MatmulTask,
  type Open,
  type OperatorTask,
  operands,
  pixelValues,
} from "../contestant.ts";

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

/** As the model computes this shape here: by the path that it prefers, and a convolution by Winograd's algorithm where it pays. */
export const openOperator: Open<OperatorTask> = async (task) => {
  const engine = await Engine.open({}, PATH_PREFERENCES);
  const { x, weight } = operands(task);
  const { input, packed, record } = task.kind === "matmul" ? matmulOf(task) : convolutionOf(task);
  const graph = new Graph();
  const tensors = [graph.input("x", input), graph.input("weight", { shape: packed.shape, dtype: "f32" })] as const;
  for (let i = 1; i < task.repeats; i++) record(graph, ...tensors);
  const y = record(graph, ...tensors);
  graph.output("y", y);
  const session = await engine.compile(graph);
  const data = { x, weight: packed.pack(weight) };
  return {
    async run() {
      const { outputs } = await session.run(data);
      return new Float32Array(outputs.get("y")!, 0, elementCount(y.shape));
    },
  };
};

interface Operator {
  readonly input: TensorSpec;
  readonly packed: { readonly shape: Shape; readonly pack: (weight: Float32Array) => Float32Array };
  readonly record: (graph: Graph, x: Tensor, weight: Tensor) => Tensor;
}

function matmulOf({ rows, inner, columns }: MatmulTask): Operator {
  const kernel = matmul({ batch: 1, rows, channelsIn: inner, channelsOut: columns, precision: "f32" });
  const [input, weight] = kernel.inputs as [TensorSpec, TensorSpec];
  return {
    input,
    packed: { shape: weight.shape, pack: (values) => packLinear(byColumn(values, columns), columns, inner) },
    record: (graph, ...tensors) => graph.run(kernel, ...tensors),
  };
}

function convolutionOf({ side, channels }: ConvolutionTask): Operator {
  const sizes = { channelsIn: channels, channelsOut: channels, size: 3, stride: 1, precision: "f32" } as const;
  const tile = chooseWinograd(sizes, "auto");
  const points = tile ? winogradPoints(tile) : 9;
  const kernel = conv2d({ ...sizes, batch: 1, height: side, width: side, padding: 1 });
  return {
    input: kernel.inputs[0]!,
    packed: {
      shape: packedShape(points, channels, channels),
      pack: (values) => {
        const filters = channelsFirst(values, channels);
        return packConv2d(tile ? winogradFilters(filters, tile) : filters, channels, channels, points);
      },
    },
    record: (graph, x, weight) =>
      tile
        ? winograd(graph, { side: tile, channelsOut: channels, precision: "f32" }, x, weight, [])
        : graph.run(kernel, x, weight),
  };
}

/** `[3, 3, C, C]` as PyTorch has it: `[C, C, 3, 3]`. */
function channelsFirst(weight: Float32Array, channels: number): Float32Array {
  const rows = byColumn(weight, channels);
  return rows.map((_, i) => {
    const [o, rest] = [Math.floor(i / (9 * channels)), i % (9 * channels)];
    return rows[o * 9 * channels + (rest % 9) * channels + Math.floor(rest / 9)]!;
  });
}

/** `[columns, rows]` of `[rows, columns]`. */
function byColumn(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}
