import { storageFactory } from "opfs-mock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { browserCache } from "../../../src/runtime/browser-cache/browser-cache.ts";
import type { BrowserStorage } from "../../../src/runtime/browser-cache/browser-storage.ts";
import type { CacheStore } from "../../../src/runtime/browser-cache/cache-store.ts";
import { deleteModel, listModels } from "../../../src/runtime/browser-cache/kept-models.ts";
import { opfsStore } from "../../../src/runtime/browser-cache/opfs-store.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { openPretrained } from "../../../src/runtime/pretrained-source.ts";
import { BLOCK_BYTES } from "../../../src/runtime/sources/blocks.ts";
import type { ByteSource, ModelFiles } from "../../../src/runtime/sources/byte-source.ts";
import { type FileServer, startFileServer } from "./file-server.ts";

const SIZE = 2 * BLOCK_BYTES + 1000;
const weightsOf = (seed: number) => {
  const bytes = new Uint8Array(SIZE);
  for (let i = 0; i < SIZE; i += 499) bytes[i] = (seed + i / 499) % 251;
  return bytes;
};
const [old, young] = [weightsOf(1), weightsOf(2)];
const MODEL = "model.safetensors";
const HEAD = `${MODEL} 0-131071`;
/** What is asked for a block. */
const ofBlock = (index: number) => `${MODEL} ${index * BLOCK_BYTES}-${Math.min(SIZE, (index + 1) * BLOCK_BYTES) - 1}`;
const PATIENCE = { retries: 1, stall: 20_000, wait: 1, maxWait: 1 };

let server: FileServer;
let storage: BrowserStorage;
let notices: string[];

const served = (bytes: Uint8Array, etag = '"one"') => ({ bytes, headers: { ETag: etag } });
const json = served(new TextEncoder().encode("{}"));

beforeEach(async () => {
  server = await startFileServer({ "config.json": json, [MODEL]: served(old) });
  storage = { store: await opfsStore(await storageFactory(), "models"), room: async () => 1e9 };
  notices = [];
});

afterEach(() => server.stop());

/** The model as at a visit of the page. */
function visit({ offline = false } = {}): ModelFiles {
  const options = { cache: browserCache(storage), patience: PATIENCE, offline };
  return openPretrained(server.url, options, { onNotice: (notice) => notices.push(notice) });
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(FileError);
  return (error as Error).message;
}

const isAll = async (source: ByteSource | undefined, want: Uint8Array) =>
  Buffer.compare(await source!.read(0, SIZE), want) === 0;
const isYoung = async (files: ModelFiles) => isAll(await files.open(MODEL), young);
const isOld = async (files: ModelFiles) => isAll(await files.open(MODEL), old);

test("what was read is kept: the next visit asks for a beginning only, which tells the version", async () => {
  expect(await isOld(visit())).toBe(true);
  expect(server.asked.splice(0)).toEqual([HEAD, ofBlock(0), ofBlock(1), ofBlock(2)]);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD]);
  expect(notices).toEqual([]);
});

test("after a visit that ended early, only what is missing is fetched", async () => {
  server.before = (asked) => {
    if (asked === ofBlock(2)) throw new Error("cut");
  };
  expect(await errorOf(isOld(visit()))).toMatch(/model\.safetensors: want the file from the server, got .*2 times/);
  server.before = () => {};
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD, ofBlock(2)]);
});

test("a part of a block is read of what is kept", async () => {
  const first = (await visit().open(MODEL))!;
  const part: [number, number] = [BLOCK_BYTES - 500, BLOCK_BYTES + 500];
  expect(Buffer.compare(await first.read(...part), old.subarray(...part))).toBe(0);
  server.asked.splice(0);
  expect(Buffer.compare(await (await visit().open(MODEL))!.read(...part), old.subarray(...part))).toBe(0);
  expect(server.asked).toEqual([HEAD]);
});

test("another version is fetched anew, by its ETag or its date", async () => {
  await isOld(visit());
  server.files = { [MODEL]: served(young, '"two"') };
  expect(await isYoung(visit())).toBe(true);
  server.files = { [MODEL]: { bytes: old, headers: { "Last-Modified": "Fri, 01 Aug 2025 00:00:00 GMT" } } };
  expect(await isOld(visit())).toBe(true);
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD]);
});

test("two reads of one block are one request", async () => {
  const source = (await visit().open(MODEL))!;
  server.asked.splice(0);
  await Promise.all([source.read(0, 8), source.read(200_000, 200_010)]);
  expect(server.asked).toEqual([ofBlock(0)]);
});

describe("a server that does not answer", () => {
  test("what is kept is taken, with a notice; what is not is an error", async () => {
    await (await visit().open(MODEL))!.read(0, 10);
    await visit().open("config.json");
    await server.stop();
    const source = (await visit().open(MODEL))!;
    expect(await source.read(5, 10)).toEqual(old.slice(5, 10));
    expect(notices).toEqual([
      expect.stringMatching(/want an answer, got .* What this browser has kept of model\.safetensors is taken\.$/),
    ]);
    expect(await errorOf(source.read(0, SIZE))).toMatch(/want an answer, got/);
    expect(await errorOf(visit().open("other.json"))).toMatch(/want an answer, got/);
  });

  test("but one that refuses is an error, whatever is kept", async () => {
    await isOld(visit());
    server.files = { [MODEL]: { ...served(old), status: 403 } };
    expect(await errorOf(visit().open(MODEL))).toMatch(/got 403 Forbidden/);
  });

  test("and one that has the file no more is believed", async () => {
    await isOld(visit());
    server.files = {};
    expect(await visit().open(MODEL)).toBeUndefined();
  });
});

test("offline: what is kept, what is known to be absent, and an error for all else", async () => {
  await isOld(visit());
  expect(await visit().open("absent.json")).toBeUndefined();
  server.asked.splice(0);
  const files = visit({ offline: true });
  expect(await isOld(files)).toBe(true);
  expect(await files.open("absent.json")).toBeUndefined();
  expect(await errorOf(files.open("config.json"))).toMatch(
    /config\.json: want it kept .* Go online once to load it\.$/,
  );
  expect(server.asked).toEqual([]);
});

describe("read without being kept, with a notice", () => {
  const unkept = async (message: RegExp) => {
    expect(await isOld(visit())).toBe(true);
    expect(notices).toEqual([expect.stringMatching(message)]);
    server.asked.splice(0);
    expect(await isOld(visit())).toBe(true);
    expect(server.asked.length).toBeGreaterThan(1);
  };

  test("a file of a server that tells no version", async () => {
    server.files = { [MODEL]: { bytes: old, headers: {} } };
    await unkept(/model\.safetensors is read without being kept: its server tells neither ETag nor Last-Modified\.$/);
  });

  test("a file for which the browser has no room", async () => {
    storage = { ...storage, room: async () => 1e6 };
    await unkept(/without being kept: it wants 8 MB, and the browser has room for 1 MB\. Delete models/);
  });
});

test("a quota that ends in the middle: the rest is read, and told once", async () => {
  let writes = 0;
  const { store } = storage;
  const write: CacheStore["write"] = async (path, content) => {
    if (typeof content !== "string" && writes++ > 0) throw new DOMException("too much", "QuotaExceededError");
    return store.write(path, content);
  };
  storage = { ...storage, store: { ...store, write } };
  expect(await isOld(visit())).toBe(true);
  expect(notices).toEqual([expect.stringMatching(/is kept in part only: QuotaExceededError: too much\. Delete/)]);
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD, ofBlock(1), ofBlock(2)]);
});

test("what was there before is room enough", async () => {
  await isOld(visit());
  storage = { ...storage, room: async () => 0 };
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD]);
});

test("a block that a crash has cut is fetched anew", async () => {
  await isOld(visit());
  const { store } = storage;
  const [model] = await store.list([]);
  const folders = (await store.list([model!])).filter((name) => !name.includes("."));
  await store.write([model!, folders[0]!, "1"], new Uint8Array(5));
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toEqual([HEAD, ofBlock(1)]);
});

test("models are listed by address, the last used first, and deleted", async () => {
  await isOld(visit());
  await (await visit().open("config.json"))!.read(0, 2);
  await visit().open("absent.json");
  const other = await startFileServer({ "config.json": json });
  const options = { cache: browserCache(storage), patience: PATIENCE };
  await new Promise((resolve) => setTimeout(resolve, 2));
  await openPretrained(`${other.url}?signature=s`, options, {}).open("config.json");
  await other.stop();
  const kept = await listModels(storage.store);
  expect(kept).toMatchObject([
    { name: other.url, bytes: 0, files: ["config.json"] },
    { name: server.url, bytes: SIZE + 2, files: ["config.json", MODEL] },
  ]);
  expect(Math.abs(Date.now() - kept[0]!.used.getTime())).toBeLessThan(60_000);
  expect(await deleteModel(storage.store, server.url)).toBe(true);
  expect(await deleteModel(storage.store, server.url)).toBe(false);
  expect((await listModels(storage.store)).map(({ name }) => name)).toEqual([other.url]);
  server.asked.splice(0);
  expect(await isOld(visit())).toBe(true);
  expect(server.asked).toHaveLength(4);
});
