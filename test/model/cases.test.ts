import { join } from "node:path";
import { expect, test } from "vitest";
import { fileSource, filesFromFolder } from "../../cli/node-files.ts";
import { readTensors } from "../../src/index.ts";
import { caseFolders } from "../case-folders.ts";
import { testDevice } from "../device.ts";
import { verifyCase } from "../verify-case.ts";

/** What this project runs so far, by how the cases are named. */
const SUPPORTED = /^(?:dpt-|depth-anything|tipsv2|paper)/;
const TASKS = ["segmentation", "depth", "normals"];
/** Of a model with several decoders. */
const ANSWERS = ["segmentation_logits", "normals"];
/** Of the authors' own code only the answer is known. */
const ANSWERS_ONLY = /^paper-/;
const THREE_STAGES = /-three-stages/;
const folders = caseFolders("cases", SUPPORTED);

/**
 * The reference's generator draws every buffer at random, TIPSv2's bins too, which no checkpoint holds: its depth is
 * negative in places, and says nothing. The copies here have what PyTorch's `depth_neck.3` makes of the bins as they are.
 */
async function hasDrawnBins(folder: string): Promise<boolean> {
  const expected = await readTensors(await fileSource(join(folder, "expected.safetensors")));
  return expected.get("predicted_depth")?.data.some((depth) => depth < 0) ?? false;
}

async function check(name: string, folder: string) {
  const isDrawn = await hasDrawnBins(folder);
  const all = await verifyCase(filesFromFolder(folder), { device: await testDevice() });
  const reports = all.filter(({ stage }) => !(isDrawn && stage === "predicted_depth"));
  const stages = reports.map(({ stage }) => stage);
  const necks = !stages.includes("segmentation_neck.0") ? ["neck"] : TASKS.map((task) => `${task}_neck`);
  const answers = necks.length === 1 ? [expect.stringMatching(/^(?:logits|predicted_depth)$/)] : ANSWERS;
  const taps = ["backbone", ...necks].flatMap((part) =>
    (THREE_STAGES.test(name) ? [0, 1, 2] : [0, 1, 2, 3]).map((i) => `${part}.${i}`),
  );
  expect(stages).toEqual(expect.arrayContaining([...(ANSWERS_ONLY.test(name) ? [] : taps), ...answers]));
  // In the order of the forward pass, so that the first red line names the stage.
  const order = (stage: string) => ["backbone", "neck"].findIndex((word) => stage.includes(word)) >>> 0;
  for (const { stage, shape, problem } of reports.toSorted((a, b) => order(a.stage) - order(b.stage))) {
    expect(problem, `${stage} [${shape}]`).toBeUndefined();
  }
}

test("has a selection of all kinds", () => {
  expect(folders.length).toBeGreaterThanOrEqual(16);
});

test.each(folders)("%s", check);
