import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubCache } from "../../../cli/node.ts";
import { fileSource } from "../../../cli/node-files.ts";
import { DPT, type Progress, readTensors, verifyStages } from "../../../src/index.ts";
import { testDevice } from "../../device.ts";
import { commit, type HubServer, startHub } from "../../hub-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CASE = "test/fixtures/cases/dpt-vit-seg";
const ID = "org/tiny";
const folder = temporaryFolder();

let hub: HubServer;
beforeAll(async () => {
  const read = async (file: string) => [file, await readFile(join(CASE, file))] as const;
  const files = Object.fromEntries(await Promise.all(["config.json", "model.safetensors"].map(read)));
  hub = await startHub({ [ID]: { commits: { [commit("a")]: files }, refs: { main: commit("a") } } });
});
afterAll(() => hub.stop());

test.each([
  ["through a cache", hubCache(folder, { env: {} }), ["download", "load"]],
  ["by ranges", false as const, ["load"]],
])("a model of the hub answers as PyTorch does: %s", async (_, cache, phases) => {
  const seen: Progress[] = [];
  const options = { endpoint: hub.endpoint, cache, onProgress: (progress: Progress) => seen.push(progress) };
  using model = await DPT.fromPretrained(ID, { ...options, device: await testDevice() });
  expect([...new Set(seen.map(({ phase }) => phase))]).toEqual(phases);
  expect(seen.every(({ done, total }) => done <= total)).toBe(true);
  const read = async (file: string) => readTensors(await fileSource(join(CASE, file)));
  const answer = await model.forward((await read("input.safetensors")).get("pixel_values")!, { stages: true });
  expect(verifyStages(answer, await read("expected.safetensors")).filter(({ problem }) => problem)).toEqual([]);
});
