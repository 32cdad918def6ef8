import type { Convolution } from "../../src/index.ts";
import { labelsOf } from "../../src/model/config/config.ts";
import { type DptWeights, dptWeights, IGNORED_TENSORS } from "../../src/model/network/dpt.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { networkSize } from "../../src/model/pictures/network-size.ts";
import { forwardGraph } from "../../src/model/runs/forward.ts";
import { predictGraph } from "../../src/model/runs/predict.ts";
import { checkWeights } from "../../src/model/weights/check-weights.ts";
import { chooseStorage } from "../../src/model/weights/choose-storage.ts";
import { byteLength } from "../../src/runtime/graph/tensor.ts";
import { plannedBytes } from "../../src/runtime/session/session.ts";
import type { InfoOptions } from "../commands/info.ts";
import { openModelFiles } from "../model-files.ts";
import { formatBytes } from "../text/format-bytes.ts";
import { formatShare } from "../text/format-share.ts";
import { formatSize } from "../text/format-size.ts";
import { printJson } from "../text/print-json.ts";
import { textTable } from "../text/text-table.ts";
import { checkpointContents } from "./checkpoint-contents.ts";
import { flopsByPart, type PartCost } from "./flops-by-part.ts";

/** `dpt-webgpu info`: reads config.json and the tables of the weights, opens no adapter. */
export async function info(folder: string, options: InfoOptions): Promise<void> {
  const told = await tell(folder, options);
  if (options.json) printJson(told);
  else console.log(text(told));
}

type Told = Awaited<ReturnType<typeof tell>>;

async function tell(folder: string, options: InfoOptions) {
  const { size, dtype } = options;
  const { config, processor, checkpoint } = await openFolder(await openModelFiles(folder, options));
  const { backbone, decoders, architecture } = config;
  const heads = decoders.map(({ head }) => head);
  const { precision, quantization } = chooseStorage(checkpoint, dtype);
  const weightsOf = (convolution?: Convolution) => dptWeights(config, precision, convolution, quantization);
  const weights = await weightsOf();
  checkWeights(checkpoint.tensors, weights.leaves, IGNORED_TENSORS, checkpoint.layout);

  const side = backbone.grid * backbone.patch;
  const picture = size ?? processor?.size ?? { width: side, height: side };
  const network = processor ? networkSize(processor, picture, size) : picture;
  const graphOf = (bound: DptWeights) =>
    processor
      ? predictGraph(config, bound, precision, { processor, picture, network: networkSize(processor, picture, size) })
      : forwardGraph(config, bound, precision, [1, backbone.channelsIn, picture.height, picture.width]);
  const graph = graphOf(weights);
  const totalOf = (costs: readonly PartCost[]) => costs.reduce((sum, { flops }) => sum + flops, 0);
  const parts = flopsByPart(graph);
  return {
    model: folder,
    architecture,
    backbone: {
      kind: backbone.kind,
      layers: backbone.layers,
      // As many numbers as there are stages with widths of their own.
      hiddenSize: backbone.kind === "swinv2" ? backbone.stages.map(({ channels }) => channels) : backbone.hiddenSize,
      heads: backbone.kind === "swinv2" ? backbone.stages.map(({ heads }) => heads) : backbone.heads,
      patch: backbone.patch,
    },
    head: heads.map(({ kind }) => kind).join(", "),
    ...checkpointContents({ files: checkpoint.files, tensors: checkpoint.layout?.stored ?? checkpoint.tensors }),
    dtype: quantization?.format ?? precision,
    classes: labelsOf(config) ?? [],
    picture: { width: picture.width, height: picture.height },
    network: { width: network.width, height: network.height },
    flops: { total: totalOf(parts), direct: totalOf(flopsByPart(graphOf(await weightsOf("direct")))), parts },
    memory: {
      weights: weights.leaves.reduce((sum, leaf) => sum + byteLength(leaf), 0),
      activations: plannedBytes(graph),
    },
    dispatches: graph.dispatches.length,
    pipelines: new Set(graph.dispatches.map(({ kernel }) => kernel.code)).size,
  };
}

function text(told: Told): string {
  const { backbone, classes, flops, memory } = told;
  const bytes = Object.entries(told.bytes).map(([dtype, count]) => `${formatBytes(count)} of ${dtype}`);
  const gflop = (value: number) => (value / 1e9).toFixed(3);
  const share = (value: number) => formatShare(flops.total > 0 ? value / flops.total : 0);
  const total = ["total", String(told.dispatches), gflop(flops.total), share(flops.total)];
  return [
    `model         ${told.model}`,
    `architecture  ${told.architecture}`,
    `backbone      ${backbone.kind}, ${backbone.layers} layers of ${[backbone.hiddenSize].flat().join(", ")} channels, ${[backbone.heads].flat().join(", ")} heads, patches of ${backbone.patch}`,
    `head          ${told.head}`,
    `parameters    ${told.parameters.toLocaleString("en")} in ${told.tensors} tensors`,
    `checkpoint    ${told.files.join(", ")}: ${bytes.join(", ")}`,
    ...(classes.length > 0 ? [`classes       ${classes.length}: ${classes.join(", ")}`] : []),
    "",
    `picture       ${formatSize(told.picture)}, for the network ${formatSize(told.network)}`,
    `GPU memory    ${formatBytes(memory.weights)} of weights (${told.dtype}), ${formatBytes(memory.activations)} of activations`,
    `dispatches    ${told.dispatches} of ${told.pipelines} pipelines`,
    "",
    textTable(
      ["part", ">dispatches", ">GFLOP", ">share"],
      [...flops.parts.map((part) => [part.part, String(part.dispatches), gflop(part.flops), share(part.flops)]), total],
    ),
    "",
    `As run; with every 3×3 convolution as its formula has it, and not by Winograd's algorithm, ${gflop(flops.direct)} GFLOP.`,
  ].join("\n");
}
