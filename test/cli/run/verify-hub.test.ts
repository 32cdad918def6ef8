import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileSource } from "../../../cli/node-files.ts";
import { readTensors } from "../../../src/index.ts";
import { commit, type HubServer, startHub } from "../../hub-server.ts";
import { runCli } from "../run-cli.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ID = "org/dpt-small-camvid";
const PHOTO = "test/fixtures/photos/street-b-dpt-small-camvid-196";
const folder = temporaryFolder();
const golden = join(folder, "golden.json");

let hub: HubServer;
beforeAll(async () => {
  const of = (path: string) => readFile(path);
  const files = {
    "config.json": await of("weights/dpt-small-camvid/config.json"),
    "preprocessor_config.json": await of(`${PHOTO}/preprocessor_config.json`),
    "model.safetensors": await of("weights/dpt-small-camvid/model.safetensors"),
    "photo.png": await of(`${PHOTO}/photo.png`),
  };
  const model = { commits: { [commit("a")]: files }, refs: { "refs/pr/2": commit("a") } };
  hub = await startHub({ [ID]: model, "org/copy": model });
  const { shape, data } = (await readTensors(await fileSource(`${PHOTO}/expected.safetensors`))).get("logits")!;
  const slice = [0, 1, 2].map((y) => [0, 1, 2].map((x) => Number(data[y * shape[3]! + x]!.toFixed(4))));
  const right = { output: "logits", shape, tolerance: 1e-4, slice };
  const wrong = { ...right, slice: [[slice[0]![0]! + 0.01]] };
  const models = { [ID]: right, "org/copy": wrong, "org/none": right };
  await writeFile(golden, JSON.stringify({ source: "PyTorch", models }));
});
afterAll(() => hub.stop());

const verify = (...args: string[]) =>
  runCli({ HF_HOME: folder, HF_ENDPOINT: hub.endpoint, XDG_CACHE_HOME: folder }, ...["verify", "--software", ...args]);

/** As an address, and downloaded once. */
const photo = () => `${hub.endpoint}/${ID}/resolve/refs%2Fpr%2F2/photo.png`;

test("models of the hub answer for a photo as PyTorch does, or it is told where not", async () => {
  const args = ["--hub", "all", "--revision", "refs/pr/2", "--golden", golden, "--photo", photo(), "--json"];
  const { code, stdout, stderr } = await verify(...args);
  expect(code, stderr).toBe(1);
  const { ok, models } = JSON.parse(stdout);
  expect(ok).toBe(false);
  expect(models[0]).toMatchObject({ model: ID, ok: true, output: "logits", tolerance: 1e-4 });
  // The numbers are written with four digits.
  expect(models[0].maxError).toBeLessThan(1e-4);
  expect(models[1]).toMatchObject({ model: "org/copy", ok: false, problem: "1 of 1 numbers over tolerance" });
  expect(models[1].maxError).toBeCloseTo(0.01, 3);
  expect(models[2]).toMatchObject({
    model: "org/none",
    ok: false,
    error: expect.stringMatching(/want a model of http/),
  });
}, 300_000);

test("offline it is told in a table, model and photo being there", async () => {
  const asked = hub.asked.length;
  const args = ["--hub", `${ID}@refs/pr/2`, "--golden", golden, "--photo", photo(), "--offline"];
  const { code, stdout, stderr } = await verify(...args);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^model +output +PyTorch +here +max error +tolerance +result$/m);
  expect(stdout).toMatch(/^org\/dpt-small-camvid@refs\/pr\/2 +logits \[1, 11, \d+, \d+\] .* 0\.0001 +ok$/m);
  expect(stdout).toMatch(/^1 of 1 models answer as PyTorch does$/m);
  expect(hub.asked.length).toBe(asked);
}, 300_000);
