import { execFile } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));

/** TypeScript's compiler in a process of its own: what it prints, or nothing if all is right. */
export async function compile(...args: readonly string[]): Promise<string> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return run(process.execPath, [tsc, ...args]).then(
    () => "",
    (error: { readonly stdout?: string }) => error.stdout || String(error),
  );
}

/**
 * Makes a folder that has the package as `npm install` leaves it: of its files those that `npm pack` takes, of packages those
 * that it depends on, and `others` that an app has of its own.
 * @param folder an empty one
 */
export async function installPacked(folder: string, others: readonly string[]): Promise<void> {
  const source = join(folder, "source");
  await mkdir(source);
  const built = await compile("-p", join(root, "tsconfig.build.json"), "--outDir", join(source, "dist"));
  if (built) throw new Error(built);
  await cp(join(root, "package.json"), join(source, "package.json"));
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: source });
  const { version, dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const installed = join(folder, "node_modules/dpt-webgpu");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(folder, `dpt-webgpu-${version}.tgz`), "-C", installed, "--strip-components=1"]);
  for (const name of [...Object.keys(dependencies), ...others]) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name), link);
  }
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
}
