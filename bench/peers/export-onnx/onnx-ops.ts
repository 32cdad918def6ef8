import type { Activation } from "../../../src/kernels/shared/activation.ts";
import type { Extent } from "../../../src/model/network/ops.ts";
import type { NamedTensor } from "../../../src/runtime/checkpoints/read-tensors.ts";
import { elementCount, type Shape } from "../../../src/runtime/graph/tensor.ts";
import type { OnnxGraph, OnnxValue } from "./onnx-graph.ts";

/** A tensor of the checkpoint by its full name. */
export type TensorLookup = (name: string) => NamedTensor;

/** torch.nn.BatchNorm2d's default. */
const BATCH_NORM_EPSILON = 1e-5;

/** PyTorch's modules as torch.onnx would write them: maps are `[N, C, H, W]`, tokens `[N, T, D]`. */
export class OnnxOps {
  readonly graph: OnnxGraph;
  readonly #tensor: TensorLookup;

  constructor(graph: OnnxGraph, tensor: TensorLookup) {
    this.graph = graph;
    this.#tensor = tensor;
  }

  /** A tensor of the checkpoint, in the graph's precision if none is given. */
  weight(name: string, precision = this.graph.precision): OnnxValue {
    const { shape, data } = this.#tensor(name);
    return this.graph.floats(name, shape, () => data, precision);
  }

  scalar(value: number): OnnxValue {
    return this.graph.floats(`scalar.${value}`, [], () => Float32Array.of(value));
  }

  add(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.graph.node("Add", [a, b], a.shape);
  }

  multiply(a: OnnxValue, b: OnnxValue): OnnxValue {
    return this.graph.node("Mul", [a, b], a.shape);
  }

  /** torch.nn.Linear. */
  linear(x: OnnxValue, name: string, { bias = true } = {}): OnnxValue {
    const [rows, columns] = this.#tensor(`${name}.weight`).shape as [number, number];
    const weight = this.graph.floats(`${name}.weight transposed`, [columns, rows], () =>
      transposed(this.#tensor(`${name}.weight`).data, rows, columns),
    );
    const product = this.graph.node("MatMul", [x, weight], [...x.shape.slice(0, -1), rows]);
    return bias ? this.add(product, this.weight(`${name}.bias`)) : product;
  }

  layerNorm(x: OnnxValue, name: string, epsilon: number): OnnxValue {
    const inputs = [x, this.weight(`${name}.weight`), this.weight(`${name}.bias`)];
    return this.graph.node("LayerNormalization", inputs, x.shape, { axis: { int: -1 }, epsilon: { float: epsilon } });
  }

  /** torch.nn.Conv2d. */
  conv2d(x: OnnxValue, name: string, { stride = 1, padding = 0, bias = true } = {}): OnnxValue {
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const weight = this.weight(`${name}.weight`);
    const [channels, , size] = weight.shape as [number, number, number];
    const extent = (side: number) => Math.floor((side + 2 * padding - size) / stride) + 1;
    const inputs = bias ? [x, weight, this.weight(`${name}.bias`)] : [x, weight];
    return this.graph.node("Conv", inputs, [batch, channels, extent(height), extent(width)], {
      kernel_shape: { ints: [size, size] },
      pads: { ints: [padding, padding, padding, padding] },
      strides: { ints: [stride, stride] },
    });
  }

  /** torch.nn.ConvTranspose2d whose stride is its window. */
  convTranspose2d(x: OnnxValue, name: string): OnnxValue {
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const weight = this.weight(`${name}.weight`);
    const [, channels, size] = weight.shape as [number, number, number];
    const inputs = [x, weight, this.weight(`${name}.bias`)];
    return this.graph.node("ConvTranspose", inputs, [batch, channels, size * height, size * width], {
      kernel_shape: { ints: [size, size] },
      strides: { ints: [size, size] },
    });
  }

  /** torch.nn.BatchNorm2d in inference. */
  batchNorm(x: OnnxValue, name: string): OnnxValue {
    const leaves = ["weight", "bias", "running_mean", "running_var"].map((leaf) => this.weight(`${name}.${leaf}`));
    return this.graph.node("BatchNormalization", [x, ...leaves], x.shape, { epsilon: { float: BATCH_NORM_EPSILON } });
  }

  /** torch.nn.functional.interpolate; none where the size is already right. */
  resize(
    x: OnnxValue,
    to: Extent,
    mode: "bilinear" | "bicubic",
    { alignCorners }: { alignCorners: boolean },
  ): OnnxValue {
    const [batch, channels, height, width] = x.shape as [number, number, number, number];
    if (height === to.height && width === to.width) return x;
    const shape = [batch, channels, to.height, to.width];
    return this.graph.node("Resize", [x, undefined, undefined, this.graph.integers(shape)], shape, {
      mode: { string: mode === "bilinear" ? "linear" : "cubic" },
      coordinate_transformation_mode: { string: alignCorners ? "align_corners" : "half_pixel" },
      // PyTorch's; ONNX's own default too, said here because the result hangs on it.
      ...(mode === "bicubic" && { cubic_coeff_a: { float: -0.75 } }),
    });
  }

  /** As PyTorch's exporter decomposes them: ONNX has no GELU before opset 20, and ONNX Runtime knows this pattern. */
  activation(x: OnnxValue, activation: Activation): OnnxValue {
    const { graph } = this;
    switch (activation) {
      case "none":
        return x;
      case "relu":
        return graph.node("Relu", [x], x.shape);
      case "sigmoid":
        return graph.node("Sigmoid", [x], x.shape);
      case "quickGelu": {
        const steep = this.multiply(x, this.scalar(1.702));
        return this.multiply(x, graph.node("Sigmoid", [steep], x.shape));
      }
      case "silu":
        return this.multiply(x, graph.node("Sigmoid", [x], x.shape));
      case "gelu": {
        const scaled = graph.node("Div", [x, this.scalar(Math.SQRT2)], x.shape);
        const upper = this.add(graph.node("Erf", [scaled], x.shape), this.scalar(1));
        return this.multiply(this.multiply(x, upper), this.scalar(0.5));
      }
      case "geluTanh": {
        const cube = graph.node("Pow", [x, this.scalar(3)], x.shape);
        const inner = this.add(x, this.multiply(cube, this.scalar(0.044715)));
        const tanh = graph.node("Tanh", [this.multiply(inner, this.scalar(Math.sqrt(2 / Math.PI)))], x.shape);
        return this.multiply(this.multiply(x, this.scalar(0.5)), this.add(tanh, this.scalar(1)));
      }
    }
  }

  reshape(x: OnnxValue, shape: Shape): OnnxValue {
    if (elementCount(shape) !== elementCount(x.shape)) {
      throw new RangeError(`reshape ${x.name}: want ${elementCount(x.shape)} elements, got [${shape}].`);
    }
    return this.graph.node("Reshape", [x, this.graph.integers(shape)], shape);
  }

  transpose(x: OnnxValue, order: readonly number[]): OnnxValue {
    const shape = order.map((axis) => x.shape[axis]!);
    return this.graph.node("Transpose", [x], shape, { perm: { ints: order } });
  }

  concatenate(parts: readonly OnnxValue[], axis: number): OnnxValue {
    const length = parts.reduce((sum, { shape }) => sum + shape.at(axis)!, 0);
    return this.graph.node("Concat", parts, parts[0]!.shape.with(axis, length), { axis: { int: axis } });
  }

  /** `x[..., begin:end, ...]` along an axis counted from the front. */
  slice(x: OnnxValue, axis: number, begin: number, end: number): OnnxValue {
    const inputs = [x, ...[begin, end, axis].map((value) => this.graph.integers([value]))];
    return this.graph.node("Slice", inputs, x.shape.with(axis, end - begin));
  }

  /** The first image's vector for every image of a batch, or one token for every token. */
  expand(x: OnnxValue, shape: Shape): OnnxValue {
    return this.graph.node("Expand", [x, this.graph.integers(shape)], shape);
  }
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]!;
  }
  return result;
}
