import { attention } from "../kernels/attention.ts";
import { convTranspose2d } from "../kernels/conv-transpose2d.ts";
import { conv2d } from "../kernels/conv2d.ts";
import { layerNorm } from "../kernels/layer-norm.ts";
import { matmul } from "../kernels/matmul.ts";
import { patchEmbed } from "../kernels/patch-embed.ts";
import { resize } from "../kernels/resize.ts";
import type { Activation } from "../kernels/shared/activation.ts";
import { swiglu } from "../kernels/swiglu.ts";
import type { Graph, Tensor } from "../runtime/graph.ts";
import { elementCount, type Precision } from "../runtime/tensor.ts";
import type { Weight } from "../runtime/weight.ts";
import type { Conv, Linear, Norm } from "./weights.ts";
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
  /** One vector for each image `[N, 1, C]`, instead of the layer's own bias. */
  readonly imageBias?: Tensor;
}

interface Conv2dOptions extends Epilogue {
  /** Whether the input passes a ReLU first. */
  readonly relu?: boolean;
}

/** The operators of the papers; each call records the kernel that computes it. Tensors know their shapes. */
export class Ops {
  readonly graph: Graph;
  readonly precision: Precision;

  constructor(graph: Graph, precision: Precision) {
    this.graph = graph;
    this.precision = precision;
  }

  /** torch.nn.Linear on x `[N, T, K]` → `[N, T, C]`. */
  linear(x: Tensor, layer: Linear, { rows, imageBias, ...options }: LinearOptions = {}): Tensor {
    const [batch, of] = x.shape as [number, number];
    const kernel = matmul({
      batch,
      rows: rows?.count ?? of,
      ...(rows && { select: { of, first: rows.first } }),
      channelsIn: layer.channelsIn,
      channelsOut: layer.channelsOut,
      precision: this.precision,
      quantized: layer.weight.quantized,
      ...this.#epilogue(imageBias ? "image" : layer.bias && "channel", options),
    });
    const bias = imageBias ?? (layer.bias && this.graph.weight(layer.bias));
    return this.graph.run(
      kernel,
      x,
      this.graph.weight(layer.weight),
      ...(bias ? [bias] : []),
      ...(options.residuals ?? []),
    );
  }

  /** A 1×1 convolution of a map `[N, H, W, K]` → `[N, H, W, C]`: the same memory as tokens. */
  pointwise(x: Tensor, layer: Linear, options: Epilogue = {}): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const tokens = this.graph.reshape(x, [batch, height * width, channels]);
    const y = this.linear(tokens, layer, options);
    return this.graph.reshape(y, [batch, height, width, layer.channelsOut]);
  }

  /** torch.nn.Conv2d on a map `[N, H, W, K]`, padded by half its window. */
  conv2d(x: Tensor, layer: Conv, { relu = false, ...options }: Conv2dOptions = {}): Tensor {
    const [batch, height, width] = x.shape as [number, number, number];
    const { channelsIn, channelsOut, size, stride } = layer;
    const shared = {
      channelsOut,
      relu,
      precision: this.precision,
      ...this.#epilogue(layer.bias && "channel", options),
    };
    const weight = this.graph.weight(layer.weight);
    const added = [...(layer.bias ? [this.graph.weight(layer.bias)] : []), ...(options.residuals ?? [])];
    if (layer.winograd) return winograd(this.graph, { ...shared, side: layer.winograd }, x, weight, added);
    const { quantized } = layer.weight;
    const window = { size, stride, padding: (size - 1) / 2 };
    const kernel = conv2d({ ...shared, batch, height, width, channelsIn, ...window, quantized });
    return this.graph.run(kernel, x, weight, ...added);
  }

  /** torch.nn.ConvTranspose2d whose stride is its window, on a map `[N, H, W, K]` → `[N, s·H, s·W, C]`. */
  convTranspose2d(x: Tensor, layer: Conv): Tensor {
    const [batch, height, width] = x.shape as [number, number, number];
    const { channelsIn, channelsOut, size } = layer;
    const { quantized } = layer.weight;
    const shape = { batch, height, width, channelsIn, channelsOut, size };
    const kernel = convTranspose2d({ ...shape, precision: this.precision, quantized });
    return this.graph.run(kernel, x, this.graph.weight(layer.weight), this.graph.weight(layer.bias!));
  }

  /** torch.nn.LayerNorm over the last dimension. */
  layerNorm(x: Tensor, { weight, bias, channels, epsilon }: Norm): Tensor {
    const rows = elementCount(x.shape) / channels;
    const kernel = layerNorm({ rows, channels, epsilon, precision: this.precision });
    const y = this.graph.run(
      kernel,
      this.graph.reshape(x, [rows, channels]),
      this.graph.weight(weight),
      this.graph.weight(bias),
    );
    return this.graph.reshape(y, x.shape);
  }

  /** Multi-head self-attention of `[q k v]`, `[N, T, 3 · D]` → `[N, T, D]`. */
  attention(qkv: Tensor, heads: number): Tensor {
    const [batch, tokens, width] = qkv.shape as [number, number, number];
    const headSize = width / 3 / heads;
    const scale = 1 / Math.sqrt(headSize);
    return this.graph.run(attention({ batch, tokens, heads, headSize, scale, precision: this.precision }), qkv);
  }

  /** `silu(x₁) · x₂` of the two halves of the channels, `[N, T, 2 · H]` → `[N, T, H]`. */
  swiglu(x: Tensor): Tensor {
    const [batch, tokens, width] = x.shape as [number, number, number];
    return this.graph.run(swiglu({ batch, rows: tokens, channels: width / 2, precision: this.precision }), x);
  }

  /** torch.nn.functional.interpolate of a map; none where the size is already right. */
  resize(x: Tensor, to: Extent, mode: "bilinear" | "bicubic", { alignCorners }: { alignCorners: boolean }): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    if (height === to.height && width === to.width) return x;
    const out = { outHeight: to.height, outWidth: to.width };
    return this.graph.run(
      resize({ batch, height, width, channels, ...out, mode, alignCorners, precision: this.precision }),
      x,
    );
  }

  /** Equation 1 of the ViT paper: patches to vectors, the class token before them, positions added. */
  patchEmbed(pixels: Tensor, layer: Linear, classToken: Weight, positions: Tensor, patch: number): Tensor {
    const [batch, channelsIn, height, width] = pixels.shape as [number, number, number, number];
    const { channelsOut } = layer;
    return this.graph.run(
      patchEmbed({ batch, channelsIn, height, width, patch, channelsOut, precision: this.precision }),
      pixels,
      this.graph.weight(layer.weight),
      this.graph.weight(layer.bias!),
      this.graph.weight(classToken),
      positions,
    );
  }

  #epilogue(bias: "channel" | "image" | undefined, { activation, scale, residuals = [] }: Epilogue) {
    return { bias, activation, scale, residuals: residuals.length as 0 | 1 | 2 };
  }
}
