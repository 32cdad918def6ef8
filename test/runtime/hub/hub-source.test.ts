import { afterEach, beforeEach, expect, test } from "vitest";
import { DPT, FileError, filesFromHub, type ModelCache, UsageError } from "../../../src/index.ts";
import { isHubId } from "../../../src/runtime/hub/hub-model.ts";
import { commit, type HubServer, startHub } from "../../hub-server.ts";

const ID = "org/tiny";
const [A, B] = [commit("a"), commit("b")];
/** Longer than what opening reads. */
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
const refs: Record<string, string> = { main: A, "refs/pr/2": B };
const MODELS = {
  [ID]: {
    commits: { [A]: { "config.json": "{}" }, [B]: { "config.json": "{}", "model.safetensors": WEIGHTS } },
    refs,
    token: "hf_secret",
  },
};
/** Only where a server stalls is it short: on a busy machine a second is nothing. */
const patience = { retries: 2, stall: 5000, wait: 2 };

let hub: HubServer;
beforeEach(async () => {
  hub = await startHub(MODELS);
});
afterEach(() => hub.stop());

const files = (options = {}) =>
  filesFromHub(ID, { endpoint: hub.endpoint, token: "hf_secret", revision: "refs/pr/2", patience, ...options });

async function errorOf(promise: Promise<unknown>, kind: new (message: string) => Error = FileError): Promise<string> {
  const error = await promise.then(
    (value) => `resolved to ${value}`,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(kind);
  return (error as Error).message;
}

test("ranges of one commit, and the token stays with the hub", async () => {
  const model = files();
  expect((await model.open("config.json"))!.size).toBe(2);
  refs["refs/pr/2"] = A;
  const source = (await model.open("model.safetensors"))!;
  refs["refs/pr/2"] = B;
  expect(source.size).toBe(WEIGHTS.length);
  expect(await source.read(200_000, 200_100)).toEqual(WEIGHTS.slice(200_000, 200_100));
  expect(await model.open("preprocessor_config.json")).toBeUndefined();
  expect(hub.asked.filter(({ method }) => method === "HEAD")).toHaveLength(1);
  expect(new Set(hub.asked.map(({ server, authorization }) => `${server} ${authorization}`))).toEqual(
    new Set(["hub Bearer hf_secret", "cdn undefined"]),
  );
});

test("stalls, cuts, 429 and 5xx are tried again", async () => {
  const source = (await files({ patience: { ...patience, stall: 1000 } }).open("model.safetensors"))!;
  let answers = 0;
  hub.fault = ({ server }, response) => {
    if (server === "hub") return false;
    answers++;
    if (answers === 1) return true;
    if (answers > 2) return false;
    response.writeHead(206, { "Content-Range": "bytes 200000-200099/300000" }).end("short");
    return true;
  };
  expect(await source.read(200_000, 200_100)).toEqual(WEIGHTS.slice(200_000, 200_100));
  expect(answers).toBe(3);
  hub.fault = (_, response) => !!response.writeHead(503).end();
  expect(await errorOf(source.read(200_000, 200_100))).toMatch(/got HTTP status 503 .*3 times in a row/);
});

test("what the hub refuses says what to do", async () => {
  expect(await errorOf(files({ token: undefined }).open("config.json"))).toMatch(/got HTTP status 401 .*give a token/);
  const model = files({ token: undefined, revision: B });
  expect(await errorOf(model.open("config.json"))).toMatch(/got HTTP status 401 .*give a token/);
  expect(await errorOf(files({ revision: "v2" }).open("config.json"))).toMatch(/want a revision "v2"/);
});

test("an abort passes through untouched", async () => {
  const reason = new Error("enough");
  hub.fault = () => true;
  const opening = files().open("config.json", AbortSignal.any([signalIn(20)]));
  expect(await opening.catch((error: unknown) => error)).toBe(reason);

  function signalIn(milliseconds: number): AbortSignal {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), milliseconds);
    return controller.signal;
  }
});

test("fromPretrained asks the cache that it is given, or the hub", async () => {
  const asked: unknown[] = [];
  const cache: ModelCache = {
    files(id, { revision, offline }) {
      asked.push([id, revision, offline]);
      return { name: id, open: async () => undefined };
    },
  };
  const options = { revision: "v1", offline: true, cache };
  expect(await errorOf(DPT.fromPretrained(ID, options))).toMatch(/^org\/tiny: want a file "config.json", got none/);
  expect(asked).toEqual([[ID, "v1", true]]);
  const direct = DPT.fromPretrained(ID, { endpoint: hub.endpoint, token: "hf_secret", cache: false });
  expect(await errorOf(direct)).toMatch(/config/);
  expect(hub.asked.length).toBeGreaterThan(0);
  expect(await errorOf(DPT.fromPretrained(ID, { offline: true }), UsageError)).toMatch(/^offline: want a cache/);
  const folder = "/my/cache" as unknown as ModelCache;
  expect(await errorOf(DPT.fromPretrained(ID, { cache: folder }), UsageError)).toMatch(/hubCache\(folder\) makes one/);
});

test.each([
  ["Intel/dpt-large-ade", true],
  ["gpt2", true],
  ["org/a.b_c-d", true],
  ["./weights", false],
  ["../../weights", false],
  ["/weights", false],
  ["a/b/c", false],
  ["a/", false],
  ["https://x.org/m", false],
  ["a b", false],
  ["a--b", false],
  ["a..b", false],
  ["org/x.git", false],
  ["C:\\models", false],
])("%s names a model: %s", (text, is) => {
  expect(isHubId(text)).toBe(is);
});
