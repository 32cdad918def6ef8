import type { Pixels } from "../../runtime/pictures/picture.ts";
import type { View } from "../answers/views.ts";
import { networkSize } from "../pictures/network-size.ts";
import type { Size } from "../pictures/processor.ts";
import { batchJob, type Job, processorOf, type Recordable } from "../runs/job.ts";
import type { CoarseDepth } from "./align-depth.ts";
import { reduce } from "./crop.ts";

/** Depth of the whole picture at once, shrunk beforehand to what the network can see of it, within fixed memory. */
export async function wholeDepth(
  model: Recordable,
  picture: Pixels,
  view: View,
  run: (job: Job, picture: Pixels) => Promise<Float32Array>,
  size: Size | "native" | undefined,
): Promise<CoarseDepth> {
  const network = wholeNetwork(model, picture, view, size);
  // A third more than the network sees is left, as Pillow's `reducing_gap` of 3 leaves: what then resizes it is exact.
  const factor = Math.floor(Math.min(picture.width / network.width, picture.height / network.height) / 3);
  const reduced = reduce(picture, Math.max(1, factor));
  const job = batchJob(model, {
    groups: [{ picture: reduced, count: 1 }],
    size: network,
    tasks: ["depth"],
    logits: "labels",
  });
  const depth = await run(job, reduced);
  return { width: reduced.width, height: reduced.height, depth, pixels: Math.max(1, factor) };
}

/** The network's size for the whole picture: a window's; where the processor keeps proportions, as many pixels in the picture's. */
function wholeNetwork(
  model: Recordable,
  picture: Size,
  { rows, columns }: View,
  size: Size | "native" | undefined,
): Size {
  const processor = processorOf(model);
  const { pad, ...window } = networkSize(processor, { width: columns.tile, height: rows.tile }, size);
  const inner = { width: window.width - pad.left - pad.right, height: window.height - pad.top - pad.bottom };
  if (!processor.keepAspectRatio || typeof size === "object") return inner;
  const multiple = Math.max(model.config.backbone.patch, processor.ensureMultipleOf);
  const side = Math.sqrt(inner.width * inner.height);
  const stretch = Math.sqrt(picture.width / picture.height);
  const rounded = (length: number) => Math.max(multiple, Math.round(length / multiple) * multiple);
  return { width: rounded(side * stretch), height: rounded(side / stretch) };
}
