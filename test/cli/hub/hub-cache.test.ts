import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hubCache } from "../../../cli/hub/hub-cache.ts";
import { UsageError } from "../../../src/runtime/errors.ts";
import { etagOf } from "../../hub-server.ts";
import { A, B, CONFIG, contentOf, ETAG, errorOf, ID, isWeights, MODELS, PR, tinyHub, WEIGHTS } from "./tiny-hub.ts";

const tiny = tinyHub();
const { model, inModel, blobs } = tiny;

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
  expect(tiny.hub.asked.some(({ url }) => url.includes("note.txt"))).toBe(false);

  tiny.hub.asked.length = 0;
  const again = model(ID, PR);
  expect(await contentOf(again, "model.safetensors")).toSatisfy(isWeights);
  expect(await again.open("preprocessor_config.json")).toBeUndefined();
  expect(tiny.hub.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
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
  expect(tiny.hub.asked).toEqual([]);
  const offline = model(ID, { offline: true });
  expect(String(await contentOf(offline, "config.json"))).toBe("by Python");
  expect(tiny.hub.asked).toEqual([]);
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
  expect(new Set(tiny.hub.asked.map(({ server, authorization }) => `${server} ${authorization}`))).toEqual(
    new Set(["hub Bearer hf_secret", "cdn undefined"]),
  );
});

test("token, endpoint, offline and time come from the environment, the token from a file too", async () => {
  const env = { HF_ENDPOINT: `${tiny.hub.endpoint}/`, HF_TOKEN: "hf_secret" };
  expect(await contentOf(model("org/private", { endpoint: undefined, env }), "config.json")).toEqual(
    Buffer.from(CONFIG),
  );
  await writeFile(join(tiny.folder, "token"), "hf_secret\n");
  await rm(join(tiny.folder, "models--org--private"), { recursive: true });
  expect(await contentOf(model("org/private", { env: { HF_HOME: tiny.folder } }), "config.json")).toBeDefined();
  const message = await errorOf(model(ID, { env: { HF_HUB_OFFLINE: "1" } }).open("config.json"));
  expect(message).toMatch(
    /^Intel\/dpt-tiny: want revision "main" in the cache .*, since offline, got none\. Go online/,
  );
});

test("the cache is where huggingface_hub has it", async () => {
  const at = async (env: Record<string, string>) => {
    const files = hubCache(undefined, { env }).files(ID, { endpoint: tiny.hub.endpoint }, {});
    await files.open("config.json");
  };
  await at({ HF_HUB_CACHE: join(tiny.folder, "1"), HF_HOME: join(tiny.folder, "2") });
  await at({ HF_HOME: join(tiny.folder, "2"), XDG_CACHE_HOME: join(tiny.folder, "3") });
  await at({ XDG_CACHE_HOME: join(tiny.folder, "3"), HF_TOKEN_PATH: join(tiny.folder, "none") });
  for (const path of ["1", "2/hub", "3/huggingface/hub"]) {
    expect(existsSync(join(tiny.folder, path, "models--Intel--dpt-tiny", "refs", "main"))).toBe(true);
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
  expect(tiny.hub.asked).toEqual([]);
});

test("a hash that is no name cannot leave the folder either", async () => {
  tiny.hub.fault = ({ server }, response) => {
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

test("a server that says nothing of hashes: the API is asked", async () => {
  tiny.hub.fault = ({ server, method, url }, response) => {
    if (server === "cdn" || method !== "HEAD" || !url.includes("model.safetensors")) return false;
    response.removeHeader("X-Repo-Commit");
    response.writeHead(200, { "Content-Length": WEIGHTS.length, ETag: 'W/"5-abc"' }).end();
    return true;
  };
  expect(await contentOf(model(ID, PR), "model.safetensors")).toSatisfy(isWeights);
  expect(await blobs()).toEqual([ETAG]);
  expect(tiny.hub.asked.some(({ url }) => url.includes("/paths-info/"))).toBe(true);
});

test("a server that says nothing of commits: the API is asked", async () => {
  tiny.hub.fault = ({ server, method }, response, body) => {
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
  tiny.hub.asked.length = 0;
  const offline = model(ID, { offline: true });
  expect(await offline.open("model.safetensors")).toBeUndefined();
  expect(String(await contentOf(offline, "pytorch_model.bin"))).toBe("of main");
  expect(await errorOf(offline.open("preprocessor_config.json"))).toMatch(
    /preprocessor_config\.json: want it in the cache .*, since offline, got none at commit a+\. Go online once/,
  );
  expect(tiny.hub.asked).toEqual([]);
});

test("a hub that cannot be reached: the last known commit is taken, and told", async () => {
  await contentOf(model(), "config.json");
  const { endpoint } = tiny.hub;
  await tiny.hub.stop();
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
