import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commit, etagOf, type HubServer, startHub } from "../../hub-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { untilKept } from "./until-kept.ts";

const ID = "org/tiny";
const FILE = "model.safetensors";
const WEIGHTS = Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7) % 251);
const ETAG = etagOf(FILE, WEIGHTS);
const folder = temporaryFolder();

let hub: HubServer;
beforeAll(async () => {
  hub = await startHub({ [ID]: { commits: { [commit("a")]: { [FILE]: WEIGHTS } }, refs: { main: commit("a") } } });
});
afterAll(() => hub.stop());

/** Downloads the file in a process of its own. */
function start(cache: string) {
  const script = ["--import", "tsx", "test/cli/hub/open-file.ts", cache, hub.endpoint, ID, FILE];
  const child = spawn(process.execPath, script, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  return { child, ended: new Promise<string>((resolve) => child.once("close", () => resolve(printed.trim()))) };
}

const blobsIn = (cache: string) => join(cache, "models--org--tiny", "blobs");
const blobsOf = async (cache: string) => readdir(blobsIn(cache));
const downloads = () => hub.asked.filter(({ server }) => server === "cdn").map(({ range }) => range);

/** Gives the first part and then nothing more, and tells when that is on the disk. */
function hang(cache: string, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    hub.fault = ({ server }, response, body) => {
      if (server === "hub") return false;
      response.writeHead(200, { "Content-Length": body!.length });
      response.write(body!.subarray(0, bytes));
      untilKept(blobsIn(cache), bytes).then(resolve);
      hub.fault = undefined;
      return true;
    };
  });
}

test("two processes at once download once, and neither spoils the other's file", async () => {
  hub.asked.length = 0;
  const cache = join(folder, "both");
  const [one, two] = [start(cache), start(cache)];
  expect(await Promise.all([one.ended, two.ended])).toEqual(["400000", "400000"]);
  expect(downloads()).toEqual([undefined]);
  expect(await blobsOf(cache)).toEqual([ETAG]);
  expect(Buffer.compare(await readFile(join(cache, "models--org--tiny", "blobs", ETAG)), WEIGHTS)).toBe(0);
});

test.each<[NodeJS.Signals, RegExp]>([
  ["SIGTERM", /^[0-9a-f]{64}\.incomplete$/],
  ["SIGKILL", /^[0-9a-f]{64}\.dpt-webgpu-[\w-]+\.incomplete$/],
])("what a process leaves that ends by %s is where the next one goes on", async (signal, left) => {
  hub.asked.length = 0;
  const cache = join(folder, signal);
  const sent = hang(cache, 100_000);
  const first = start(cache);
  await sent;
  first.child.kill(signal);
  await first.ended;
  expect(await blobsOf(cache)).toEqual([expect.stringMatching(left)]);
  // A lock whose owner was killed counts for ten seconds more.
  expect(await start(cache).ended).toBe("400000");
  expect(downloads()).toEqual([undefined, "bytes=100000-"]);
  expect(await blobsOf(cache)).toEqual([ETAG]);
});
