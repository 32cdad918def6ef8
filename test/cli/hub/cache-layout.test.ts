import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { scanCacheDir } from "@huggingface/hub";
import { expect, test } from "vitest";
import { CacheLayout } from "../../../cli/hub/cache-layout.ts";
import { commit } from "../../hub-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = temporaryFolder();
const [A, B] = [commit("a"), commit("b")];
const noLinks: typeof symlink = async () => {
  throw Object.assign(new Error("no links here"), { code: "EPERM" });
};

async function putBlob(layout: CacheLayout, etag: string, content: string): Promise<void> {
  await mkdir(dirname(layout.blob(etag)), { recursive: true });
  await writeFile(layout.blob(etag), content);
}

test("without links a new blob is moved and an old one copied, as huggingface_hub does", async () => {
  const cache = join(folder, "no-links");
  const layout = new CacheLayout(cache, "org/m", noLinks);
  await putBlob(layout, "1", "one");
  await layout.link("1", A, "config.json", false);
  expect((await lstat(layout.snapshot(A, "config.json"))).isFile()).toBe(true);
  await layout.link("1", B, "config.json", true);
  expect(await readFile(layout.snapshot(A, "config.json"), "utf8")).toBe("one");
  expect(await readFile(layout.snapshot(B, "config.json"), "utf8")).toBe("one");
  expect(await readdir(join(cache, "models--org--m", "blobs"))).toEqual([]);
  expect(await layout.has(B, "config.json")).toBe(true);
});

test("a link into nothing is no file, and is made anew", async () => {
  const layout = new CacheLayout(join(folder, "dangling"), "org/m");
  await mkdir(dirname(layout.snapshot(A, "config.json")), { recursive: true });
  await symlink("../../blobs/gone", layout.snapshot(A, "config.json"));
  expect(await layout.has(A, "config.json")).toBe(false);
  await putBlob(layout, "1", "one");
  await layout.link("1", A, "config.json", true);
  expect(await readFile(layout.snapshot(A, "config.json"), "utf8")).toBe("one");
});

test("a ref that names no commit counts for nothing", async () => {
  const layout = new CacheLayout(join(folder, "refs"), "org/m");
  await layout.writeRef("refs/pr/2", A);
  expect(await layout.readRef("refs/pr/2")).toBe(A);
  await writeFile(join(folder, "refs", "models--org--m", "refs", "refs", "pr", "2"), "../../../etc");
  expect(await layout.readRef("refs/pr/2")).toBeUndefined();
  await layout.writeRef(B, B);
  expect(await readdir(join(folder, "refs", "models--org--m", "refs"))).toEqual(["refs"]);
});

test("the hub's own package finds what was laid", async () => {
  const cache = join(folder, "scanned");
  const layout = new CacheLayout(cache, "org/m");
  await putBlob(layout, "1", "one");
  await layout.link("1", A, "config.json", true);
  await layout.writeRef("main", A);
  const { repos, warnings } = await scanCacheDir(cache);
  expect(warnings).toEqual([]);
  expect(repos).toMatchObject([
    { id: { name: "org/m", type: "model" }, size: 3, revisions: [{ commitOid: A, refs: ["main"], files: [{}] }] },
  ]);
});
