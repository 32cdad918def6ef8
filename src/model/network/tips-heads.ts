import { depthFromBins } from "../../kernels/depth-from-bins.ts";
import { packVector } from "../../kernels/shared/pack.ts";
import { unitVectors } from "../../kernels/unit-vectors.ts";
import { InternalError } from "../../runtime/errors.ts";
import type { Graph, Tensor } from "../../runtime/graph/graph.ts";
import type { Precision } from "../../runtime/graph/tensor.ts";
import type { HeadConfig, TipsDepthHeadConfig } from "../config/config.ts";
import { mapAtPicture, type PictureWay } from "../pictures/postprocess.ts";
import type { WeightScope } from "../weights/weights.ts";
import type { Head } from "./heads.ts";
import type { Conv } from "./layers.ts";

/** Binds the names of a Tipsv2DptDecoder's head, under the decoder's own path. */
export function bindTipsHead(scope: WeightScope, config: HeadConfig, channels: number): Head {
  switch (config.kind) {
    case "tips-segmentation":
      return { apply: twoLayers(scope, { name: "segmentation_head", channelsOut: config.labels.length }, channels) };
    case "tips-normals":
      return {
        apply: twoLayers(scope, { name: "normals_head", channelsOut: 3 }, channels),
        atPicture: normalsAtPicture,
      };
    case "tips-depth":
      return depthHead(scope, config, channels);
    default:
      throw new InternalError(`head: want one of TIPSv2, got ${config.kind}. Report this.`);
  }
}

/** Of segmentation and normals: their two layers have nothing between, and are one. */
function twoLayers(scope: WeightScope, linear: NamedLinear, f: number): Head["apply"] {
  const convolution = mergedConv2d(scope, "project", f, f, linear);
  return (ops, x) => ops.conv2d(x, convolution);
}

/** Metres `[N, h, w, 1]` at the size of the fused map, by evenly spaced bins. */
function depthHead(scope: WeightScope, config: TipsDepthHeadConfig, f: number): Head {
  const { activation, bins, minDepth, maxDepth } = config;
  const convolution = scope.conv2d("project", f, f, 3);
  const toBins = scope.linear("depth_head", f, bins, { coarsest: "none" });
  return {
    apply: (ops, x) => {
      const scores = ops.pointwise(ops.conv2d(x, convolution, { activation }), toBins);
      const [batch, height, width] = scores.shape as [number, number, number, number];
      const params = { batch, height, width, bins, minDepth, maxDepth };
      const kernelFor = (precision: Precision) => depthFromBins({ ...params, precision });
      return ops.run(ops.nameOf("depthFromBins", scores), kernelFor, scores);
    },
    // Where DPTImageProcessor's is bicubic.
    atPicture: (graph, depth, way) => mapAtPicture(graph, depth, { ...way, mode: way.mode ?? "bilinear" }),
  };
}

/** A Linear of each pixel. */
interface NamedLinear {
  readonly name: string;
  readonly channelsOut: number;
}

/**
 * A 3×3 convolution and a Linear of each pixel with nothing between, as one convolution: `L(Kx + b) + c = (LK)x + (Lb + c)`.
 * It has the Linear's few channels instead of the convolution's many. For the end of a model: never quantised.
 */
function mergedConv2d(
  scope: WeightScope,
  name: string,
  channelsIn: number,
  channels: number,
  { name: linear, channelsOut }: NamedLinear,
): Conv {
  const { taps, pack, layer } = scope.convolutionOf({ channelsIn, channelsOut, size: 3, stride: 1 });
  const matrix = scope.source(`${linear}.weight`, [channelsOut, channels]);
  const weight = scope.packed(`${name}+${linear}`, taps, channelsIn, channelsOut, {
    sources: [scope.source(`${name}.weight`, [channels, channelsIn, 3, 3]), matrix],
    make: (k, l) => pack(multiply(l!, k!, channels)),
    coarsest: "none",
  });
  const bias = scope.packedVector(`${name}+${linear}.bias`, channelsOut, {
    sources: [scope.source(`${name}.bias`, [channels]), matrix, scope.source(`${linear}.bias`, [channelsOut])],
    make: (b, l, c) => packVector(multiply(l!, b!, channels).map((value, i) => value + c![i]!)),
  });
  return { weight, bias, ...layer };
}

/** `[N, K]` times `[K, M]`, summed in double precision. */
function multiply(a: Float32Array, b: Float32Array, k: number): Float32Array {
  const [n, m] = [a.length / k, b.length / k];
  const product = new Float32Array(n * m);
  const row = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const factor = a[i * k + j]!;
      for (let c = 0; c < m; c++) row[c]! += factor * b[j * m + c]!;
    }
    product.set(row, i * m);
  }
  return product;
}

/**
 * Records the way from the network's normals to normals at the picture's size: post_process_normal_estimation, which makes
 * unit vectors first and interpolates bilinearly then, so that those between pixels of the network are a little shorter
 * than 1.
 *
 * @param normals `[N, h, w, 3]`
 * @returns normals `[1, count · picture.height, picture.width, 3]` in f32
 */
function normalsAtPicture(graph: Graph, normals: Tensor, way: PictureWay): Tensor {
  const [batch, height, width, channels] = normals.shape as [number, number, number, number];
  const params = { batch, height, width, channels, precision: normals.dtype as Precision };
  return mapAtPicture(graph, graph.run(unitVectors(params), normals), { ...way, mode: way.mode ?? "bilinear" });
}
