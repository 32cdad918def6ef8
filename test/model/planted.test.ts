import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { type Prediction, readAnswer } from "../../src/model/answers/predictions.ts";
import * as scoring from "../../src/model/answers/scoring.ts";
import { dptWeights } from "../../src/model/network/dpt.ts";
import { openFolder } from "../../src/model/open-folder.ts";
import { networkSize } from "../../src/model/pictures/network-size.ts";
import { predictGraph } from "../../src/model/runs/predict.ts";
import { elementCount } from "../../src/runtime/graph/tensor.ts";
import { wordsOf } from "../../src/runtime/pictures/picture.ts";
import { Engine } from "../../src/runtime/session/engine.ts";
import { testDevice } from "../device.ts";
import { randomStream } from "../random.ts";
import { randomPicture, withProcessor } from "../small-models.ts";
import { plantEverywhere } from "./plant.ts";

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]!;
/** Far out: a key whose scores are all that low weighs nothing, and so it does where they are minus infinity. */
const FAR = 1e30;

/** Between them all kernels of a network. */
test.each([
  ["dpt-vit-seg", 32],
  ["dpt-beit-depth", 32],
  ["dpt-hybrid-depth", 32],
  ["dpt-swinv2-depth", 32],
  ["depth-anything-metric", 28],
  ["depth-anything-giant", 28],
  ["tipsv2-dpt", 28],
] as const)(
  "%s: NaN and infinity in any dispatch's answer show, unless nobody reads them",
  async (name, size) => {
    const { config, processor, checkpoint } = await openFolder(
      withProcessor(filesFromFolder(`test/fixtures/cases/${name}`), { size }),
    );
    const engine = await Engine.open({ device: await testDevice() });
    const weights = await dptWeights(config, "f32", "direct");
    const store = await engine.loadWeights(checkpoint, weights.leaves);
    const picture = randomPicture(37, 29);
    const graph = predictGraph(config, weights, "f32", {
      processor: processor!,
      picture,
      network: networkSize(processor!, picture),
      scores: scoring.scoresAtPicture,
    });
    await engine.takePaths(graph);
    const dispatches = plantEverywhere(graph);
    const session = await engine.compile(graph, store);
    const pixels = await wordsOf(await engine.takePicture(picture));
    const share = { index: 0, count: 1, pixels: picture.width * picture.height };
    const run = async (...plan: readonly number[]) => {
      const { outputs } = await session.run({ pixels, plan: Uint32Array.from(plan) });
      const answers = config.decoders.map(({ task }) =>
        readAnswer(config, task, (output) => outputs.get(output)!, share, {} as Prediction, scoring),
      );
      const bytes = Buffer.concat([...outputs.values()].map((output) => Buffer.from(output)));
      return { notFinite: answers.some(({ notFinite }) => notFinite > 0), bytes };
    };

    const next = randomStream(1);
    const clean = await run(0xffffffff, 0, 0);
    expect(clean.notFinite).toBe(false);
    const silent: string[] = [];
    let unread = 0;
    for (const [i, { kernel, output }] of dispatches) {
      const at = Math.floor(next() * elementCount(output.shape));
      // NaN in each; the infinities by turns in every third, which are hundreds of runs less.
      const infinity = i % 2 === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      for (const value of i % 3 === 0 ? [Number.NaN, infinity] : [Number.NaN]) {
        const { notFinite, bytes } = await run(i, at, bitsOf(value));
        if (notFinite) continue;
        if (bytes.equals(clean.bytes)) unread++;
        else if (!bytes.equals((await run(i, at, bitsOf(Math.sign(value) * FAR))).bytes))
          silent.push(`${value} at ${at} of '${kernel.label}' (dispatch ${i + 1})`);
      }
    }
    session.dispose();
    store.dispose();
    expect(silent).toEqual([]);
    // Class tokens that no readout takes, and what windows were filled up with: 34 of 339 in Swin V2, less elsewhere.
    expect(unread).toBeLessThan(dispatches.length / 5);
  },
  300_000,
);
