import { expect, test } from "vitest";
import { filesFromFolder } from "../../cli/node-files.ts";
import { caseFolders } from "../case-folders.ts";
import { testDevice } from "../device.ts";
import { verifyCase } from "../verify-case.ts";

/** What this project runs so far, by how the cases are named. */
const SUPPORTED = /^(?:dpt-|depth-anything|paper)/;
const folders = caseFolders("cases", SUPPORTED);

/** Of the authors' own code only the answer is known. */
const ANSWERS_ONLY = /^paper-/;

async function check(name: string, folder: string) {
  const reports = await verifyCase(filesFromFolder(folder), { device: await testDevice() });
  const stages = reports.map(({ stage }) => stage);
  const taps = [0, 1, 2, 3].flatMap((i) => [`backbone.${i}`, `neck.${i}`]);
  if (!ANSWERS_ONLY.test(name)) expect(stages).toEqual(expect.arrayContaining(taps));
  expect(stages.some((stage) => stage === "logits" || stage === "predicted_depth")).toBe(true);
  // In the order of the forward pass, so that the first red line names the stage.
  const order = (stage: string) => ["backbone", "neck"].findIndex((word) => stage.startsWith(word)) >>> 0;
  for (const { stage, shape, problem } of reports.toSorted((a, b) => order(a.stage) - order(b.stage))) {
    expect(problem, `${stage} [${shape}]`).toBeUndefined();
  }
}

test("has a selection of all kinds", () => {
  expect(folders.length).toBeGreaterThanOrEqual(16);
});

test.each(folders)("%s", check);
