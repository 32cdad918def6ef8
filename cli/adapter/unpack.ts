import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";
import { MachineError } from "../../src/runtime/errors.ts";
import { makeFolder } from "../files/make-folder.ts";

/** What we take out of `@sparticuz/chromium`: a folder each, made of these archives of the package. */
const parts = {
  /** The software Vulkan driver and the Vulkan loader. */
  swiftshader: ["swiftshader.tar.br"],
  /** A headless Chromium, SwiftShader beside it where it looks, and in `lib` the nss, nspr and expat it needs. */
  chromium: ["chromium.br", "swiftshader.tar.br", "al2023.tar.br"],
  /** A typeface, for a machine that has none. */
  fonts: ["fonts.tar.br"],
};

export type Part = keyof typeof parts;

const manifestName = "manifest.json";

/**
 * Unpacks one part of `@sparticuz/chromium` into the user's cache, once per version of the package, and returns the
 * folder. Safe against other processes that do the same at the same moment, and against a cache that lost files.
 * @param cache the folder to unpack under; the tests give their own
 * @throws MachineError if the machine is not Linux on x64, which is what the package is built for, or the cache cannot
 * be written
 */
export async function unpack(part: Part, cache = cacheFolder()): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new MachineError(
      `${part}: want Linux on x64, got ${process.platform} on ${process.arch}. ` +
        "The software adapter that comes with this package is built for that one; use a machine with a GPU.",
    );
  }
  const { folder: packageFolder, version } = await findPackage();
  const home = join(cache, `chromium-${version}`);
  const folder = join(home, part);
  if (await isComplete(folder)) return folder;
  try {
    await prepareHome(cache, home);
    const fresh = await mkdtemp(join(home, `.${part}-`));
    try {
      for (const archive of parts[part]) await inflate(join(packageFolder, "bin", archive), fresh);
      await writeManifest(fresh);
      await putInPlace(fresh, folder);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  } catch (cause) {
    if (cause instanceof MachineError) throw cause;
    throw new MachineError(
      `${part}: want to unpack it under ${cache}, got ${(cause as Error).message}. ` +
        "Make room there or set XDG_CACHE_HOME to a folder that can be written.",
      { cause },
    );
  }
  return folder;
}

/** `$XDG_CACHE_HOME/dpt-webgpu`, or a folder of this user's own in the folder for temporary files. */
function cacheFolder(): string {
  const home = process.env.XDG_CACHE_HOME;
  return home ? join(home, "dpt-webgpu") : join(tmpdir(), `dpt-webgpu-${process.getuid?.()}`);
}

async function findPackage(): Promise<{ folder: string; version: string }> {
  // The package exports only its entry point, which lies two folders deep.
  const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
  const folder = dirname(dirname(dirname(entry)));
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as { version: string };
  return { folder, version };
}

async function prepareHome(cache: string, home: string): Promise<void> {
  await makeFolder(cache, 0o700);
  const { uid } = await lstat(cache);
  // We load code from here: a folder that somebody else made in the shared /tmp must not be trusted.
  if (uid !== process.getuid?.()) {
    throw new MachineError(
      `${cache}: want a folder of user ${process.getuid?.()}, got one of user ${uid}. ` +
        "Remove it or set XDG_CACHE_HOME to a folder of your own.",
    );
  }
  await makeFolder(home);
}

async function inflate(archive: string, folder: string): Promise<void> {
  const name = basename(archive, ".br");
  // Run as root, tar-fs would hand the files to the user id of whoever packed them.
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const target = name.endsWith(".tar")
    ? extract(folder, { map: (header) => ({ ...header, ...owner }) })
    : createWriteStream(join(folder, name), { mode: 0o755 });
  await pipeline(createReadStream(archive), createBrotliDecompress(), target);
}

/** Sizes by path, so that a cleaner of temporary files that took some of them away is noticed. */
async function writeManifest(folder: string): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true })) {
    const { size, isFile } = await describe(join(folder, entry));
    if (isFile) sizes[entry] = size;
  }
  await writeFile(join(folder, manifestName), JSON.stringify(sizes));
}

async function isComplete(folder: string): Promise<boolean> {
  try {
    if ((await lstat(folder)).uid !== process.getuid?.()) return false;
    const sizes = JSON.parse(await readFile(join(folder, manifestName), "utf8")) as Record<string, number>;
    for (const [path, size] of Object.entries(sizes)) {
      if ((await describe(join(folder, path))).size !== size) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function describe(path: string): Promise<{ size: number; isFile: boolean }> {
  const entry = await stat(path);
  return { size: entry.size, isFile: entry.isFile() };
}

/** A folder appears under its name only when complete: renaming is atomic, and refused where one already lies. */
async function putInPlace(fresh: string, folder: string): Promise<void> {
  try {
    await rename(fresh, folder);
  } catch (cause) {
    if (!["EEXIST", "ENOTEMPTY"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
    if (await isComplete(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await putInPlace(fresh, folder);
  }
}
