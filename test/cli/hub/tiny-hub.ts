import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { hubCache } from "../../../cli/hub/hub-cache.ts";
import type { CachedHubOptions, CacheWatcher, ModelFiles } from "../../../src/index.ts";
import { FileError } from "../../../src/runtime/errors.ts";
import { commit, etagOf, type Fault, type HubServer, startHub } from "../../hub-server.ts";

export const ID = "Intel/dpt-tiny";
export const [A, B] = [commit("a"), commit("b")];
export const CONFIG = '{"model_type": "dpt"}';
/** Longer than what a socket buffers at once. */
export const WEIGHTS = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7 + (i >> 8)) % 251);
export const ETAG = etagOf("model.safetensors", WEIGHTS);
/** Where the weights are. */
export const PR = { revision: "refs/pr/2" };

export const MODELS = {
  [ID]: {
    commits: {
      [A]: { "config.json": CONFIG, "pytorch_model.bin": "of main" },
      [B]: { "config.json": CONFIG, "model.safetensors": WEIGHTS, "note.txt": "not needed" },
    },
    refs: { main: A, "refs/pr/2": B },
  },
  "org/private": { commits: { [A]: { "config.json": CONFIG } }, refs: { main: A }, token: "hf_secret" },
  "org/gated": { commits: { [B]: { "w.bin": WEIGHTS } }, refs: { main: B }, token: "hf_secret", gated: true },
};

/** Only where a server stalls is it short: on a busy machine a second is nothing. */
const PATIENCE = { retries: 3, stall: 20_000, wait: 2, maxWait: 40 };

export interface Call extends CachedHubOptions, CacheWatcher {
  readonly env?: Record<string, string>;
  /** Milliseconds without a byte after which a request is given up. */
  readonly stall?: number;
}

/** A hub of {@link MODELS} and an empty cache for each test of a file. */
export function tinyHub() {
  let hub: HubServer;
  let folder: string;
  beforeEach(async () => {
    hub = await startHub(MODELS);
    folder = await mkdtemp(join(tmpdir(), "hub-cache-"));
  });
  afterEach(async () => {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const inModel = (...path: string[]) => join(folder, "models--Intel--dpt-tiny", ...path);
  return {
    get hub() {
      return hub;
    },
    get folder() {
      return folder;
    },
    /** A model through the cache. */
    model(id = ID, { env = {}, stall, onDownload, onNotice, ...options }: Call = {}): ModelFiles {
      const cache = hubCache(folder, { env, patience: { ...PATIENCE, ...(stall && { stall }) } });
      return cache.files(id, { endpoint: hub.endpoint, ...options }, { onDownload, onNotice });
    },
    /** A path in the cache's part of {@link ID}. */
    inModel,
    blobs: async () => (await readdir(inModel("blobs"))).sort(),
    /** Requests for contents of large files. */
    ofWeights: () => hub.asked.filter(({ server }) => server === "cdn"),
    /** Spoils the first `times` answers of the CDN. */
    spoil(times: number, fault: Fault): void {
      let left = times;
      hub.fault = (asked, response, body) => asked.server === "cdn" && left-- > 0 && fault(asked, response, body);
    },
  };
}

export async function contentOf(files: ModelFiles, file: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  const source = await files.open(file, signal);
  return source && Buffer.from(await source.read(0, source.size));
}

export async function errorOf(
  promise: Promise<unknown>,
  kind: new (message: string) => Error = FileError,
): Promise<string> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(kind);
  return (error as Error).message;
}

/** Of so many bytes, `toEqual` takes a second. */
export function isWeights(content: Uint8Array | undefined): boolean {
  return content !== undefined && Buffer.compare(content, WEIGHTS) === 0;
}
