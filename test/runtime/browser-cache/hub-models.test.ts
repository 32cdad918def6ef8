import { storageFactory } from "opfs-mock";
import { afterEach, beforeEach, expect, test } from "vitest";
import { browserCache } from "../../../src/runtime/browser-cache/browser-cache.ts";
import type { BrowserStorage } from "../../../src/runtime/browser-cache/browser-storage.ts";
import { listModels } from "../../../src/runtime/browser-cache/kept-models.ts";
import { opfsStore } from "../../../src/runtime/browser-cache/opfs-store.ts";
import { openPretrained, type PretrainedOptions } from "../../../src/runtime/pretrained-source.ts";
import { commit, type HubServer, startHub } from "../../hub-server.ts";

const ID = "Intel/dpt-tiny";
const [A, B] = [commit("a"), commit("b")];
const WEIGHTS = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251);

let hub: HubServer;
let refs: Record<string, string>;
let storage: BrowserStorage;
let notices: string[];

beforeEach(async () => {
  refs = { main: A };
  const files = { "config.json": '{"a": 1}', "model.safetensors": WEIGHTS };
  hub = await startHub({ [ID]: { commits: { [A]: files, [B]: { ...files, "config.json": '{"b": 1}' } }, refs } });
  storage = { store: await opfsStore(await storageFactory(), "models"), room: async () => 1e9 };
  notices = [];
});

afterEach(() => hub.stop());

async function load(options: PretrainedOptions = {}): Promise<string> {
  const patience = { retries: 1, stall: 20_000, wait: 1, maxWait: 1 };
  const all = { cache: browserCache(storage), endpoint: hub.endpoint, patience, ...options };
  const files = openPretrained(ID, all, { onNotice: (notice) => notices.push(notice) });
  const config = (await files.open("config.json"))!;
  const weights = (await files.open("model.safetensors"))!;
  expect(Buffer.compare(await weights.read(0, weights.size), WEIGHTS)).toBe(0);
  expect(await files.open("absent.json")).toBeUndefined();
  return new TextDecoder().decode(await config.read(0, config.size));
}

const asked = () =>
  hub.asked.splice(0).map(({ server, method, url }) => `${server} ${method} ${url.split("/").at(-1)}`);

test("a commit is read once; then only the revision's commit is asked for", async () => {
  expect(await load()).toBe('{"a": 1}');
  expect(asked().length).toBeGreaterThan(4);
  expect(await load()).toBe('{"a": 1}');
  expect(asked()).toEqual(["hub HEAD config.json"]);
  expect(await load({ revision: A })).toBe('{"a": 1}');
  asked();
  expect(await load({ revision: A })).toBe('{"a": 1}');
  expect(asked()).toEqual([]);
  expect((await listModels(storage.store)).map(({ name }) => name)).toEqual([
    `${hub.endpoint}/${ID}@${A}`,
    `${hub.endpoint}/${ID}`,
  ]);
});

test("a revision that has moved brings the new files", async () => {
  await load();
  refs.main = B;
  expect(await load()).toBe('{"b": 1}');
  asked();
  expect(await load()).toBe('{"b": 1}');
  expect(asked()).toEqual(["hub HEAD config.json"]);
});

test("files of a commit are the same, whatever ETag their server gives them at the next visit", async () => {
  let visits = 0;
  hub.fault = (_, response) => {
    response.setHeader("ETag", `"${visits}"`);
    return undefined;
  };
  const options = { cache: browserCache(storage), endpoint: hub.endpoint };
  const visit = () => openPretrained(ID, options, {}).open("model.safetensors");
  await visit();
  visits++;
  const weights = (await visit())!;
  expect(Buffer.compare(await weights.read(0, weights.size), WEIGHTS)).toBe(0);
});

test("offline, and without an answer, what is kept is taken", async () => {
  await expect(load({ offline: true })).rejects.toThrow(/want it kept in this browser, since offline/);
  await load();
  asked();
  expect(await load({ offline: true })).toBe('{"a": 1}');
  expect(asked()).toEqual([]);
  await hub.stop();
  expect(await load()).toBe('{"a": 1}');
  expect(notices).toEqual([expect.stringContaining(`The commit that this browser has kept is taken, ${A}.`)]);
});
