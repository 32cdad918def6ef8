import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openModelFiles } from "../../cli/model-files.ts";
import { commit, type Files, type HubServer, startHub } from "../hub-server.ts";
import { runCli } from "./run-cli.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const [A, B] = [commit("a"), commit("b")];
const folder = temporaryFolder();

async function filesOf(name: string): Promise<Files> {
  const path = join("test/fixtures/cases", name);
  const names = (await readdir(path)).filter((file) => !/^(?:input|expected)/.test(file));
  return Object.fromEntries(await Promise.all(names.map(async (file) => [file, await readFile(join(path, file))])));
}

let hub: HubServer;
beforeAll(async () => {
  const [bin, sharded, plain] = await Promise.all(
    ["dpt-vit-seg-bin", "dpt-vit-seg-bf16-sharded", "dpt-vit-seg"].map(filesOf),
  );
  const evil = JSON.stringify({ weight_map: { w: "../../../evil.safetensors" } });
  hub = await startHub({
    "org/tiny": { commits: { [A]: bin!, [B]: sharded! }, refs: { main: A, "refs/pr/2": B } },
    oldest: { commits: { [A]: plain! }, refs: { main: A }, token: "hf_secret" },
    "org/evil": {
      commits: { [A]: { "config.json": plain!["config.json"]!, "model.safetensors.index.json": evil } },
      refs: { main: A },
    },
  });
});
afterAll(() => hub.stop());

const run = (...args: string[]) => runCli(...args, "--endpoint", hub.endpoint, "--cache-dir", folder);

test("info, forward and convert take a model of the hub, of .bin, of shards, of a revision", async () => {
  const tiny = await run("info", "org/tiny", "--json");
  expect(tiny.code, tiny.stderr).toBe(0);
  expect(JSON.parse(tiny.stdout)).toMatchObject({ model: "org/tiny", files: ["pytorch_model.bin"] });
  const output = join(folder, "y.safetensors");
  const shards = ["org/tiny@refs/pr/2", "--input", "test/fixtures/cases/dpt-vit-seg-bf16-sharded/input.safetensors"];
  const forward = await run("forward", ...shards, "--output", output, "--json", "--software");
  expect(forward.code, forward.stderr).toBe(0);
  expect(existsSync(output)).toBe(true);
  const snapshot = await readdir(join(folder, "models--org--tiny", "snapshots", B));
  expect(snapshot.filter((file) => file.endsWith(".safetensors")).length).toBeGreaterThan(1);
  const convert = await run("convert", "org/tiny", "--output", join(folder, "model.safetensors"), "--offline");
  expect(convert.code, convert.stderr).toBe(0);
});

test("a token, given or of the environment", async () => {
  const none = await run("info", "oldest");
  expect(none).toMatchObject({ code: 1, stdout: "" });
  expect(none.stderr).toMatch(
    /^error: oldest: want a model of http.*HTTP status 401.*--token or HF_TOKEN.*no folder "oldest"/,
  );
  expect((await run("info", "oldest", "--token", "hf_secret")).code).toBe(0);
  const env = { HF_TOKEN: "hf_secret" };
  const other = join(folder, "other");
  expect((await runCli(env, "info", "oldest", "--endpoint", hub.endpoint, "--cache-dir", other)).code).toBe(0);
});

test("an index cannot name files outside the model's folder", async () => {
  const before = hub.asked.length;
  const { code, stderr } = await run("info", "org/evil");
  expect(code).toBe(1);
  expect(stderr).toMatch(/want plain file names beside it, got "w" in "\.\.\/\.\.\/\.\.\/evil\.safetensors"/);
  expect(hub.asked.slice(before).some(({ url }) => url.includes("evil.safetensors"))).toBe(false);
});

test("a folder wins over a model of the hub", async () => {
  const before = hub.asked.length;
  const path = join(folder, "org");
  await mkdir(path);
  const files = await openModelFiles(path, { endpoint: hub.endpoint });
  expect(await files.open("config.json")).toBeUndefined();
  expect(hub.asked.length).toBe(before);
});
