import type { NamedTensor, Processor, RawPicture } from "../../src/index.ts";
import { networkSize } from "../../src/model/pictures/network-size.ts";
import { preprocess } from "../../src/model/pictures/preprocess.ts";
import { Graph } from "../../src/runtime/graph/graph.ts";
import { readPixels } from "../../src/runtime/pictures/read-pixels.ts";
import { Engine } from "../../src/runtime/session/engine.ts";

/** What a model's processor makes of a picture: `pixel_values` `[1, 3, H, W]`. */
export async function pixelValues(device: GPUDevice, processor: Processor, picture: RawPicture): Promise<NamedTensor> {
  const { words, ...size } = readPixels(picture);
  const graph = new Graph();
  const values = preprocess(graph, processor, size, networkSize(processor, size), "f32");
  graph.output("pixel_values", values);
  const engine = await Engine.open({ device });
  const session = await engine.compile(graph);
  try {
    const { outputs } = await session.run({ pixels: words });
    return { shape: values.shape, data: new Float32Array(outputs.get("pixel_values")!) };
  } finally {
    session.dispose();
    engine.dispose();
  }
}
