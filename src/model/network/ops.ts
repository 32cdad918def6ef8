import { attention } from "../../kernels/attention.ts";
import { cast } from "../../kernels/cast.ts";
import { convTranspose2d } from "../../kernels/conv-transpose2d.ts";
import { conv2d } from "../../kernels/conv2d.ts";
import { layerNorm } from "../../kernels/layer-norm.ts";
import { matmul } from "../../kernels/matmul.ts";
import { patchEmbed } from "../../kernels/patch-embed.ts";
import { resize } from "../../kernels/resize.ts";
import type { Activation } from "../../kernels/shared/activation.ts";
import type { WindowedRows } from "../../kernels/shared/windows.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Kernel } from "../../runtime/graph/kernel.ts";
import { type DType, elementCount, type Precision } from "../../runtime/graph/tensor.ts";
import type { Weight } from "../../runtime/graph/weight.ts";
import type { PackedWeight } from "../weights/quantized-weight.ts";
import type { Conv, Linear, Norm } from "./layers.ts";
import { winograd } from "./winograd.ts";

/** Rows and columns of a map. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

interface Epilogue {
  readonly activation?: Activation | undefined;
  /** Factor on what the activation gives. */
  readonly scale?: number | undefined;
  /** Added last; tensors of the output's shape. */
  readonly residuals?: readonly Tensor[];
}

interface LinearOptions extends Epilogue {
  /** Rows of each image that are taken, out of all it has. */
  readonly rows?: { readonly first: number; readonly count: number };
  /** How x is cut into windows, if it is; the answer is not. */
  readonly windows?: WindowedRows;
  /** One vector for each image `[N, 1, C]`, instead of the layer's own bias. */
  readonly imageBias?: Tensor;
}

interface Conv2dOptions extends Epilogue {
  /** Whether the input passes a ReLU first. */
  readonly relu?: boolean;
}

interface AttentionOptions {
  /** Factor on the products of queries and keys; 1 / √d if left out. */
  readonly scale?: number;
  /** `[heads, T, T]`, added to the scores of every image. */
  readonly bias?: Tensor | undefined;
  /** `[B', T]` u32; tokens of different regions do not see each other, image n has row n mod B'. */
  readonly regions?: Tensor | undefined;
}

/** Which layers store their answers in f32 where the model stores f16, by {@link Graph.layers}' names. */
export type InF32 = (layer: string) => boolean;

/** The operators of the papers; each call records the kernel that computes it. Tensors know their shapes. */
export class Ops {
  readonly graph: Graph;
  readonly precision: Precision;
  readonly #inF32: InF32;
  /** By tensor and type. */
  readonly #casts = new Map<string, Tensor>();

  constructor(graph: Graph, precision: Precision, inF32: InF32 = () => false) {
    this.graph = graph;
    this.precision = precision;
    this.#inF32 = inF32;
  }

  /** torch.nn.Linear on x `[N, T, K]` → `[N, T, C]`; with windows, on x `[N · windows, M², K]` → `[N, H · W, C]`. */
  linear(x: Tensor, layer: Linear, { rows, windows, imageBias, ...options }: LinearOptions = {}): Tensor {
    const [images, of] = x.shape as [number, number];
    const params = {
      ...(windows
        ? { windows, batch: images / windows.count, rows: windows.height * windows.width }
        : { batch: images, rows: rows?.count ?? of }),
      ...(rows && { select: { of, first: rows.first } }),
      channelsIn: layer.channelsIn,
      channelsOut: layer.channelsOut,
      ...storedAs(layer.weight),
      ...this.#epilogue(imageBias ? "image" : layer.bias && "channel", options),
    };
    const bias = imageBias ?? (layer.bias && this.graph.weight(layer.bias));
    return this.run(
      layer.weight.label,
      (precision) => matmul({ ...params, precision }),
      x,
      this.graph.weight(layer.weight),
      ...(bias ? [bias] : []),
      ...(options.residuals ?? []),
    );
  }

  /** A 1×1 convolution of a map `[N, H, W, K]` → `[N, H, W, C]`: the same memory as tokens. */
  pointwise(x: Tensor, layer: Linear, options: Epilogue = {}): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const asTokens = (map: Tensor, depth: number) => this.graph.reshape(map, [batch, height * width, depth]);
    const residuals = (options.residuals ?? []).map((map) => asTokens(map, layer.channelsOut));
    const y = this.linear(asTokens(x, channels), layer, { ...options, residuals });
    return this.graph.reshape(y, [batch, height, width, layer.channelsOut]);
  }

  /** torch.nn.Conv2d on a map `[N, H, W, K]`, padded as the layer is; K may be filled up to a multiple of 4. */
  conv2d(x: Tensor, layer: Conv, { relu = false, ...options }: Conv2dOptions = {}): Tensor {
    const [batch, height, width, channelsIn] = x.shape as [number, number, number, number];
    const { channelsOut, size, stride } = layer;
    const shared = { channelsOut, relu, ...this.#epilogue(layer.bias && "channel", options) };
    const weight = this.graph.weight(layer.weight);
    const { label } = layer.weight;
    const bias = layer.bias ? [this.graph.weight(layer.bias)] : [];
    const { residuals = [] } = options;
    const { atRun, winograd: side } = layer;
    if (side && batch * height * width >= (atRun?.leastPixels ?? 0)) {
      const precision = this.precisionOf(label, [x, ...residuals]);
      const [input, ...added] = [x, ...residuals].map((tensor) => this.as(tensor, precision));
      const params = { ...shared, precision, side };
      const filters = atRun
        ? this.graph.run(atRun.winogradWeight({ ...params, channelsIn, quantized: layer.weight.quantized }), weight)
        : weight;
      return this.named(label, winograd(this.graph, params, input!, filters, [...bias, ...added]));
    }
    const padding = layer.padding?.(height, width, size, stride) ?? (size - 1) / 2;
    const sizes = { batch, height, width, channelsIn, size, stride, padding };
    const params = { ...shared, ...sizes, ...storedAs(layer.weight) };
    return this.run(label, (precision) => conv2d({ ...params, precision }), x, weight, ...bias, ...residuals);
  }

  /** torch.nn.ConvTranspose2d whose stride is its window, on a map `[N, H, W, K]` → `[N, s·H, s·W, C]`. */
  convTranspose2d(x: Tensor, layer: Conv): Tensor {
    const [batch, height, width] = x.shape as [number, number, number];
    const { channelsIn, channelsOut, size } = layer;
    const params = { batch, height, width, channelsIn, channelsOut, size, ...storedAs(layer.weight) };
    return this.run(
      layer.weight.label,
      (precision) => convTranspose2d({ ...params, precision }),
      x,
      this.graph.weight(layer.weight),
      this.graph.weight(layer.bias!),
    );
  }

  /** torch.nn.LayerNorm over the last dimension; the residual, of x's shape, is added last. */
  layerNorm(x: Tensor, norm: Norm, { residual }: { readonly residual?: Tensor } = {}): Tensor {
    const { weight, bias, channels, epsilon } = norm;
    const rows = elementCount(x.shape) / channels;
    const params = { rows, channels, epsilon, residual: residual !== undefined };
    const y = this.run(
      weight.label.replace(/\.weight$/, ""),
      (precision) => layerNorm({ ...params, precision }),
      this.graph.reshape(x, [rows, channels]),
      this.graph.weight(weight),
      this.graph.weight(bias),
      ...(residual ? [this.graph.reshape(residual, [rows, channels])] : []),
    );
    return this.graph.reshape(y, x.shape);
  }

  /** Multi-head self-attention of `[q k v]`, `[N, T, 3 · D]` → `[N, T, D]`. */
  attention(qkv: Tensor, heads: number, { scale, bias, regions }: AttentionOptions = {}): Tensor {
    const [batch, tokens, width] = qkv.shape as [number, number, number];
    const headSize = width / 3 / heads;
    const own = { batch, tokens, heads, headSize, scale: scale ?? 1 / Math.sqrt(headSize) };
    const params = { ...own, bias: bias !== undefined, regions: regions?.shape[0] };
    return this.run(
      this.nameOf("attention", qkv),
      (precision) => attention({ ...params, precision }),
      qkv,
      ...(bias ? [bias] : []),
      ...(regions ? [regions] : []),
    );
  }

  /** torch.nn.functional.interpolate of a map; none where the size is already right. */
  resize(x: Tensor, to: Extent, mode: "bilinear" | "bicubic", { alignCorners }: { alignCorners: boolean }): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    if (height === to.height && width === to.width) return x;
    const params = { batch, height, width, channels, outHeight: to.height, outWidth: to.width, mode, alignCorners };
    return this.run(this.nameOf("resize", x), (precision) => resize({ ...params, precision }), x);
  }

  /**
   * Equation 1 of the ViT paper: patches to vectors, the leading tokens (class token first) before them, positions, if
   * there are any, added.
   */
  patchEmbed(pixels: Tensor, layer: Linear, leading: Weight, positions: Tensor | undefined, patch: number): Tensor {
    const [batch, channelsIn, height, width] = pixels.shape as [number, number, number, number];
    const { channelsOut } = layer;
    const sizes = { batch, channelsIn, height, width, patch, channelsOut, positions: positions !== undefined };
    const params = { ...sizes, leading: leading.shape[0]!, ...storedAs(layer.weight) };
    return this.run(
      layer.weight.label,
      (precision) => patchEmbed({ ...params, precision }),
      pixels,
      this.graph.weight(layer.weight),
      this.graph.weight(layer.bias!),
      this.graph.weight(leading),
      ...(positions ? [positions] : []),
    );
  }

  /** Records a layer's kernel, in f32 if its answer or one that it reads is kept so; what is stored otherwise is cast. */
  run(layer: string, kernelFor: (precision: Precision) => Kernel, ...inputs: Tensor[]): Tensor {
    const kernel = kernelFor(this.precisionOf(layer, inputs));
    const stored = inputs.map((tensor, i) => this.as(tensor, kernel.inputs[i]!.dtype));
    return this.named(layer, this.graph.run(kernel, ...stored));
  }

  /** What a layer that reads these computes and stores in. */
  precisionOf(layer: string, inputs: readonly Tensor[]): Precision {
    const names = [layer, ...inputs.map(({ id }) => this.graph.layers.get(id))];
    return names.some((name) => name !== undefined && this.#inF32(name)) ? "f32" : this.precision;
  }

  /** The tensor in another type, cast once for all who want it so. */
  as(tensor: Tensor, dtype: DType): Tensor {
    if (tensor.dtype === dtype) return tensor;
    const key = `${tensor.id} ${dtype}`;
    const { shape } = tensor;
    const known =
      this.#casts.get(key) ??
      this.graph.run(cast({ shape, from: tensor.dtype as Precision, to: dtype as Precision }), tensor);
    this.#casts.set(key, known);
    return this.graph.reshape(known, shape);
  }

  /** Says whose answer a tensor is. */
  named(layer: string, answer: Tensor): Tensor {
    this.graph.layers.set(answer.id, layer);
    return answer;
  }

  /** The name of a layer without weights. */
  nameOf(operator: string, { id, label }: Tensor): string {
    return `${operator} of ${this.graph.layers.get(id) ?? label}`;
  }

  #epilogue(bias: "channel" | "image" | undefined, { activation, scale, residuals = [] }: Epilogue) {
    return { bias, activation, scale, residuals: residuals.length as 0 | 1 | 2 };
  }
}

/** How a product reads a weight, which is not stored otherwise when the product's answer is. */
function storedAs({ quantized, dtype }: PackedWeight) {
  return quantized ? { quantized } : { weightPrecision: dtype as Precision };
}
