import { Graph } from "../../src/runtime/graph/graph.ts";
import { type PictureSource, releasePicture } from "../../src/runtime/pictures/picture.ts";
import type { Engine } from "../../src/runtime/session/engine.ts";
import type { RunInputs } from "../../src/runtime/session/session.ts";
import { median } from "../peers/play.ts";
import { timed } from "./timed.ts";

/** Seconds of what no timestamp sees. */
export interface Transfers {
  /** The picture to RGBA8 words, and these to the GPU. */
  readonly upload: number;
  readonly readBack: number;
}

const SAMPLES = 5;

/**
 * The way up and the way down alone, on the CPU's clock: runs that only write the picture or only read an answer of that
 * size, less a run that does neither.
 * @param answer bytes that are read back
 */
export async function timeTransfers(engine: Engine, source: PictureSource, answer: number): Promise<Transfers> {
  const picture = await engine.takePicture(source);
  const { width, height, words } = picture;
  const packing = await medianSeconds(async () => releasePicture(await engine.takePicture(source)));
  const nothing = await timeRun(engine, graphOf(1));
  const up = await timeRun(engine, graphOf(1, [height, width]), { pixels: words });
  releasePicture(picture);
  const down = await timeRun(engine, graphOf(Math.ceil(answer / 4)));
  // A short way may come out below none.
  return { upload: packing + Math.max(0, up - nothing), readBack: Math.max(0, down - nothing) };
}

/** Reads words back and runs no kernel. */
function graphOf(words: number, pixels?: readonly [number, number]): Graph {
  const graph = new Graph();
  if (pixels) graph.input("pixels", { shape: pixels, dtype: "u32" });
  graph.output("answer", graph.constant("answer", new Uint32Array(words)));
  return graph;
}

async function timeRun(engine: Engine, graph: Graph, inputs: RunInputs = {}) {
  const session = await engine.compile(graph);
  try {
    await session.run(inputs);
    return await medianSeconds(() => session.run(inputs));
  } finally {
    session.dispose();
  }
}

async function medianSeconds(run: () => unknown): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(run)).seconds);
  return median(samples);
}
