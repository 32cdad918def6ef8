import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubCache } from "../../../cli/hub/hub-cache.ts";
import type { CachedHubOptions, CacheWatcher, ModelFiles } from "../../../src/index.ts";
import { FileError, UsageError } from "../../../src/runtime/errors.ts";
import { commit, etagOf, type Fault, type HubServer, startHub } from "../../hub-server.ts";

const ID = "Intel/dpt-tiny";
const [A, B] = [commit("a"), commit("b")];
const CONFIG = '{"model_type": "dpt"}';
/** Longer than what a socket buffers at once. */
const WEIGHTS = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7 + (i >> 8)) % 251);
const ETAG = etagOf("model.safetensors", WEIGHTS);
const MODELS = {
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

const PATIENCE = { retries: 3, stall: 250, wait: 2, maxWait: 40 };

interface Call extends CachedHubOptions, CacheWatcher {
  readonly env?: Record<string, string>;
}

function model(id = ID, { env = {}, onDownload, onNotice, ...options }: Call = {}): ModelFiles {
  const cache = hubCache(folder, { env, patience: PATIENCE });
  return cache.files(id, { endpoint: hub.endpoint, ...options }, { onDownload, onNotice });
}

async function contentOf(files: ModelFiles, file: string, signal?: AbortSignal): Promise<Buffer | undefined> {
  const source = await files.open(file, signal);
  return source && Buffer.from(await source.read(0, source.size));
}

async function errorOf(promise: Promise<unknown>, kind: new (message: string) => Error = FileError): Promise<string> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(kind);
  return (error as Error).message;
}

/** Of so many bytes, `toEqual` takes a second. */
const isWeights = (content: Uint8Array | undefined) => content !== undefined && Buffer.compare(content, WEIGHTS) === 0;

const PR = { revision: "refs/pr/2" };
const inModel = (...path: string[]) => join(folder, "models--Intel--dpt-tiny", ...path);
const blobs = async () => (await readdir(inModel("blobs"))).sort();
const ofWeights = () => hub.asked.filter(({ server }) => server === "cdn");

/** Spoils the first `times` answers of the CDN. */
function spoil(times: number, fault: Fault): void {
  let left = times;
  hub.fault = (asked, response, body) => asked.server === "cdn" && left-- > 0 && fault(asked, response, body);
}

test("files lie as huggingface_hub lays them, and are not asked for twice", async () => {
  const files = model(ID, PR);
  expect(await contentOf(files, "config.json")).toEqual(Buffer.from(CONFIG));
  expect(await contentOf(files, "model.safetensors")).toSatisfy(isWeights);
  expect(await files.open("preprocessor_config.json")).toBeUndefined();

  const config = etagOf("config.json", CONFIG);
  expect(await blobs()).toEqual([ETAG, config].sort());
  expect(await readFile(inModel("refs", "refs", "pr", "2"), "utf8")).toBe(B);
  expect(await readlink(inModel("snapshots", B, "config.json"))).toBe(join("..", "..", "blobs", config));
  expect(await readlink(inModel("snapshots", B, "model.safetensors"))).toBe(join("..", "..", "blobs", ETAG));
  expect(await readFile(inModel(".no_exist", B, "preprocessor_config.json"), "utf8")).toBe("");
  expect((await readdir(inModel())).sort()).toEqual([".no_exist", "blobs", "refs", "snapshots"]);
  expect(hub.asked.some(({ url }) => url.includes("note.txt"))).toBe(false);

  hub.asked.length = 0;
  const again = model(ID, PR);
  expect(await contentOf(again, "model.safetensors")).toSatisfy(isWeights);
  expect(await again.open("preprocessor_config.json")).toBeUndefined();
  expect(hub.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `HEAD /${ID}/resolve/refs%2Fpr%2F2/config.json`,
  ]);
});

test("a layout that Python wrote is read, without a request if the commit is named", async () => {
  await mkdir(inModel("blobs"), { recursive: true });
  await mkdir(inModel("snapshots", A), { recursive: true });
  await mkdir(inModel("refs"), { recursive: true });
  await mkdir(inModel(".no_exist", A), { recursive: true });
  await writeFile(inModel("blobs", "0123"), "by Python");
  await symlink("../../blobs/0123", inModel("snapshots", A, "config.json"));
  await writeFile(inModel("refs", "main"), A);
  await writeFile(inModel(".no_exist", A, "model.safetensors"), "");
  const named = model(ID, { revision: A });
  expect(String(await contentOf(named, "config.json"))).toBe("by Python");
  expect(await named.open("model.safetensors")).toBeUndefined();
  expect(hub.asked).toEqual([]);
  const offline = model(ID, { offline: true });
  expect(String(await contentOf(offline, "config.json"))).toBe("by Python");
  expect(hub.asked).toEqual([]);
});

test("all files are of one commit, though the branch moves", async () => {
  const files = model();
  await files.open("config.json");
  const moved = { ...MODELS[ID]!.refs };
  Object.assign(MODELS[ID]!.refs, { main: B });
  try {
    expect(await files.open("model.safetensors")).toBeUndefined();
    expect(String(await contentOf(files, "pytorch_model.bin"))).toBe("of main");
    expect(await contentOf(model(), "model.safetensors")).toSatisfy(isWeights);
    expect(await readFile(inModel("refs", "main"), "utf8")).toBe(B);
  } finally {
    Object.assign(MODELS[ID]!.refs, moved);
  }
});

test("the token goes to the hub and not to the CDN", async () => {
  const files = model("org/gated", { token: "hf_secret" });
  expect(await contentOf(files, "w.bin")).toSatisfy(isWeights);
  expect(new Set(hub.asked.map(({ server, authorization }) => `${server} ${authorization}`))).toEqual(
    new Set(["hub Bearer hf_secret", "cdn undefined"]),
  );
});

test("token, endpoint, offline and time come from the environment, the token from a file too", async () => {
  const env = { HF_ENDPOINT: `${hub.endpoint}/`, HF_TOKEN: "hf_secret" };
  expect(await contentOf(model("org/private", { endpoint: undefined, env }), "config.json")).toEqual(
    Buffer.from(CONFIG),
  );
  await writeFile(join(folder, "token"), "hf_secret\n");
  await rm(join(folder, "models--org--private"), { recursive: true });
  expect(await contentOf(model("org/private", { env: { HF_HOME: folder } }), "config.json")).toBeDefined();
  const message = await errorOf(model(ID, { env: { HF_HUB_OFFLINE: "1" } }).open("config.json"));
  expect(message).toMatch(
    /^Intel\/dpt-tiny: want revision "main" in the cache .*, since offline, got none\. Go online/,
  );
});

test("the cache is where huggingface_hub has it", async () => {
  const at = async (env: Record<string, string>) => {
    const files = hubCache(undefined, { env }).files(ID, { endpoint: hub.endpoint }, {});
    await files.open("config.json");
  };
  await at({ HF_HUB_CACHE: join(folder, "1"), HF_HOME: join(folder, "2") });
  await at({ HF_HOME: join(folder, "2"), XDG_CACHE_HOME: join(folder, "3") });
  await at({ XDG_CACHE_HOME: join(folder, "3"), HF_TOKEN_PATH: join(folder, "none") });
  for (const path of ["1", "2/hub", "3/huggingface/hub"]) {
    expect(existsSync(join(folder, path, "models--Intel--dpt-tiny", "refs", "main"))).toBe(true);
  }
});

test.each([
  ["org/private", {}, /^org\/private: want a model of http.*, got HTTP status 401 \(RepoNotFound\).*give a token/],
  ["org/private", { token: "hf_other" }, /got HTTP status 403 \(RepoNotFound\).*that the token may read it/],
  [
    "org/gated",
    {},
    /want access to a gated or private model, got HTTP status 401 .*Accept its conditions at http.*give/,
  ],
  ["org/gated", { token: "hf_other" }, /HTTP status 403 \(GatedRepo\).*check that the token is of that account/],
  ["org/nothing", {}, /^org\/nothing: want a model of .*there is none, or it is private\. Check the id/],
  [ID, { revision: "v2" }, /^Intel\/dpt-tiny: want a revision "v2", got HTTP status 404 \(RevisionNotFound\)/],
])("what the hub refuses says what to do: %s %j", async (id, options, message) => {
  expect(await errorOf(model(id, options).open("config.json"))).toMatch(message);
});

test.each([
  ["a/b/c", {}, /^hub: want a model's id, got "a\/b\/c"/],
  ["../x", {}, /want a model's id/],
  [ID, { revision: "../../../etc" }, /^revision: want a branch/],
  [ID, { revision: "a//b" }, /^revision: want a branch/],
  [ID, { token: "a\nb" }, /^token: want letters/],
  [ID, { endpoint: "file:///etc" }, /^endpoint: want an http/],
])("what cannot be right is refused at once: %s %j", async (id, options, message) => {
  expect(() => model(id, options)).toThrow(UsageError);
  expect(() => model(id, options)).toThrow(message);
});

test.each(["../../x", "a/b", "..", "C:x", "a\\b", ""])("a file name cannot leave the folder: %j", async (file) => {
  expect(await errorOf(model().open(file))).toMatch(/want plain file names/);
  expect(hub.asked).toEqual([]);
});

test("a hash that is no name cannot leave the folder either", async () => {
  hub.fault = ({ server }, response) => {
    if (server === "cdn") return false;
    response.writeHead(200, { "X-Linked-Etag": '"../../../x"', "X-Repo-Commit": "../../y" }).end();
    return true;
  };
  // The commit is then that of the API, which knows no hash of this file.
  expect(await errorOf(model().open("none.json"))).toMatch(
    /^Intel\/dpt-tiny\/none\.json: want its hash from .*, got none/,
  );
  expect(await readFile(inModel("refs", "main"), "utf8")).toBe(A);
});

test("cuts: each request goes on where the last one ended", async () => {
  spoil(2, ({ range }, response, body) => {
    const from = Number(/=(\d+)-/.exec(range ?? "bytes=0-")![1]);
    response.writeHead(range ? 206 : 200, {
      "Content-Length": body!.length - from,
      ...(range && { "Content-Range": `bytes ${from}-${body!.length - 1}/${body!.length}` }),
    });
    response.write(body!.subarray(from, from + 100_000), () => response.destroy());
    return true;
  });
  const seen: [number, number][] = [];
  const files = model(ID, { ...PR, onDownload: (done, total) => seen.push([done, total]) });
  expect(await contentOf(files, "model.safetensors")).toSatisfy(isWeights);
  const ranges = ofWeights().map(({ range }) => range);
  expect(ranges).toHaveLength(3);
  expect(ranges[0]).toBeUndefined();
  expect(ranges[2]).toMatch(/^bytes=[1-9]\d*-$/);
  expect(new Set(seen.map(([, total]) => total))).toEqual(new Set([WEIGHTS.length]));
  expect(seen.at(-1)).toEqual([WEIGHTS.length, WEIGHTS.length]);
  expect(await blobs()).toEqual([ETAG]);
});

test("stalls: a request without a byte is given up and resumed, in headers as in the body", async () => {
  let first = true;
  spoil(2, (_, response, body) => {
    if (!first) return true;
    first = false;
    response.writeHead(200, { "Content-Length": body!.length });
    response.write(body!.subarray(0, 50_000));
    return true;
  });
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual([undefined, "bytes=50000-", "bytes=50000-"]);
});

test("429 and 503 are waited for, as long as asked", async () => {
  const times: number[] = [];
  let answers = 0;
  hub.fault = (_, response) => {
    times.push(performance.now());
    if (answers++ >= 2) return false;
    response
      .writeHead(answers === 1 ? 429 : 503, { "Retry-After": answers === 1 ? "1" : new Date().toUTCString() })
      .end();
    return true;
  };
  expect(String(await contentOf(model(), "config.json"))).toBe(CONFIG);
  // maxWait holds against the second that was asked for.
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(38);
  expect(times[1]! - times[0]!).toBeLessThan(900);
});

test("patience ends, and what has come stays", async () => {
  spoil(99, ({ range }, response, body) => {
    if (range) response.destroy();
    else {
      response.writeHead(200, { "Content-Length": body!.length });
      response.write(body!.subarray(0, 1000), () => setTimeout(() => response.destroy(), 50));
    }
    return true;
  });
  const message = await errorOf(model(ID, PR).open("model.safetensors"));
  expect(message).toMatch(
    /^Intel\/dpt-tiny\/model\.safetensors: want the file from the server, got .* 4 times in a row/,
  );
  expect(await blobs()).toEqual([`${ETAG}.incomplete`]);
  expect((await lstat(inModel("blobs", `${ETAG}.incomplete`))).size).toBe(1000);
  expect(existsSync(inModel("snapshots", B, "model.safetensors"))).toBe(false);
});

test("an abort passes through and leaves what has come, where the next run goes on", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  spoil(1, (_, response, body) => {
    response.writeHead(200, { "Content-Length": body!.length });
    response.write(body!.subarray(0, 30_000), () => setTimeout(() => controller.abort(reason), 20));
    return true;
  });
  const error = await model(ID, PR)
    .open("model.safetensors", controller.signal)
    .catch((e: unknown) => e);
  expect(error).toBe(reason);
  expect(await blobs()).toEqual([`${ETAG}.incomplete`]);
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual([undefined, "bytes=30000-"]);
  expect(await blobs()).toEqual([ETAG]);
});

/** What an earlier run has left. */
async function leave(bytes: Uint8Array): Promise<void> {
  await mkdir(inModel("blobs"), { recursive: true });
  await writeFile(inModel("blobs", `${ETAG}.incomplete`), bytes);
}

test.each([
  ["as long as the whole", WEIGHTS, []],
  ["longer than the whole", new Uint8Array(400_001), [undefined]],
  ["wrong", new Uint8Array(1000), ["bytes=1000-", undefined]],
  ["as long, but wrong", new Uint8Array(400_000), [undefined]],
  ["empty", new Uint8Array(0), [undefined]],
])("a rest of an earlier run that is %s", async (_, rest, ranges) => {
  await leave(rest);
  const notices: string[] = [];
  const files = model(ID, { ...PR, onNotice: (notice) => notices.push(notice) });
  expect(await contentOf(files, "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual(ranges);
  expect(await blobs()).toEqual([ETAG]);
  const isWrong = rest !== WEIGHTS && rest.length > 0 && rest.length <= WEIGHTS.length;
  expect(notices).toEqual(
    isWrong ? [expect.stringMatching(/want the sha256 .*, got .*; what an earlier download had left is deleted/)] : [],
  );
});

test.each<[string, Fault]>([
  ["416", (_, response) => !!response.writeHead(416, { "Content-Range": "bytes */5" }).end()],
  ["another range", (_, response) => !!response.writeHead(206, { "Content-Range": "bytes 0-9/10" }).end("0123456789")],
  ["no range", (_, response) => !!response.writeHead(206).end("0123456789")],
  ["all, though a part was asked for", (_, response, body) => !!response.writeHead(200).end(body)],
])("an answer to Range that is no use begins anew: %s", async (_, fault) => {
  await leave(WEIGHTS.subarray(0, 1000));
  spoil(1, fault);
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(await blobs()).toEqual([ETAG]);
});

test.each<[string, Fault, RegExp]>([
  [
    "wrong contents",
    (_, response) => !!response.end(new Uint8Array(400_000)),
    /want the sha256 .*, got .*It was deleted/,
  ],
  ["too long", (_, response) => !!response.end(new Uint8Array(400_001)), /got Content-Length: 400001 for 400000 bytes/],
  ["too short", (_, response) => !!response.end(new Uint8Array(0)), /got Content-Length: 0 for 400000 bytes/],
  [
    "too long, of no length told",
    (_, response) => {
      response.write(new Uint8Array(200_000));
      return !!response.end(new Uint8Array(200_001));
    },
    /got more than 400000 bytes after \d+ of 400000 bytes/,
  ],
  [
    "too short, of no length told",
    (_, response) => {
      response.write(new Uint8Array(0));
      return !!response.end();
    },
    /got 0 of 400000 bytes/,
  ],
  [
    "a lying length",
    (_, response) => !!response.writeHead(200, { "Content-Length": 10 }).end("0123456789"),
    /got Content-Length: 10 for 400000 bytes/,
  ],
])("what is wrong each time is deleted and told: %s", async (_, fault, message) => {
  spoil(99, fault);
  expect(await errorOf(model(ID, PR).open("model.safetensors"))).toMatch(message);
  expect(await blobs()).toEqual([]);
});

test("a server that says nothing of hashes: the API is asked", async () => {
  hub.fault = ({ server, method, url }, response) => {
    if (server === "cdn" || method !== "HEAD" || !url.includes("model.safetensors")) return false;
    response.removeHeader("X-Repo-Commit");
    response.writeHead(200, { "Content-Length": WEIGHTS.length, ETag: 'W/"5-abc"' }).end();
    return true;
  };
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(await blobs()).toEqual([ETAG]);
  expect(hub.asked.some(({ url }) => url.includes("/paths-info/"))).toBe(true);
});

test("a server that says nothing of commits: the API is asked", async () => {
  hub.fault = ({ server, method }, response, body) => {
    if (server === "cdn" || method !== "HEAD" || !body) return false;
    response.removeHeader("X-Repo-Commit");
    return false;
  };
  expect(String(await contentOf(model(), "config.json"))).toBe(CONFIG);
  expect(await readFile(inModel("refs", "main"), "utf8")).toBe(A);
});

test("offline: other weights will do, what may exist is an error", async () => {
  await contentOf(model(), "config.json");
  await contentOf(model(), "pytorch_model.bin");
  hub.asked.length = 0;
  const offline = model(ID, { offline: true });
  expect(await offline.open("model.safetensors")).toBeUndefined();
  expect(String(await contentOf(offline, "pytorch_model.bin"))).toBe("of main");
  expect(await errorOf(offline.open("preprocessor_config.json"))).toMatch(
    /preprocessor_config\.json: want it in the cache .*, since offline, got none at commit a+\. Go online once/,
  );
  expect(hub.asked).toEqual([]);
});

test("a hub that cannot be reached: the last known commit is taken, and told", async () => {
  await contentOf(model(), "config.json");
  const { endpoint } = hub;
  await hub.stop();
  const notices: string[] = [];
  const files = model(ID, { endpoint, onNotice: (notice) => notices.push(notice) });
  expect(String(await contentOf(files, "config.json"))).toBe(CONFIG);
  expect(notices).toEqual([
    expect.stringMatching(/ECONNREFUSED.* The cache's last known commit of "main" is taken, a+\./),
  ]);
  expect(await errorOf(model(ID, { endpoint, ...PR }).open("config.json"))).toMatch(
    /want an answer, got .*ECONNREFUSED/,
  );
});

test("many at once download a file once", async () => {
  const all = await Promise.all([1, 2, 3, 4].map(() => contentOf(model(ID, PR), "model.safetensors")));
  for (const content of all) expect(content).toSatisfy(isWeights);
  expect(ofWeights()).toHaveLength(1);
  expect(await blobs()).toEqual([ETAG]);
});

test("a download of Python's that goes on meanwhile is left alone", async () => {
  await leave(WEIGHTS.subarray(0, 1000));
  const path = inModel("blobs", `${ETAG}.incomplete`);
  spoil(1, () => {
    void writeFile(path, WEIGHTS.subarray(0, 2000));
    return false;
  });
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(ofWeights().map(({ range }) => range)).toEqual(["bytes=1000-"]);
  expect(await blobs()).toEqual([ETAG, `${ETAG}.incomplete`]);
});
