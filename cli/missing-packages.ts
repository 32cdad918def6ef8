import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MachineError } from "../src/runtime/errors.ts";

/**
 * What to install, if an error is the lack of a package that only the command line needs: web apps that embed the library
 * do not, so npm leaves these out (see package.json's peerDependencies).
 * @param root folder of this package
 */
export function missingPackages(error: unknown, root: string): MachineError | undefined {
  const lack = error instanceof MachineError ? error.cause : error;
  const isMissing = lack instanceof Error && (lack as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
  const { peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    peerDependencies: Readonly<Record<string, string>>;
  };
  if (!isMissing || !Object.keys(peerDependencies).some((name) => lack.message.includes(`'${name}'`))) return undefined;
  const folders = createRequire(join(root, "package.json")).resolve.paths("a-package") ?? [];
  const missing = Object.entries(peerDependencies).filter(
    ([name]) => !folders.some((folder) => existsSync(join(folder, name))),
  );
  const names = missing.map(([name, range]) => `${name}@${range}`);
  return new MachineError(
    `dpt-webgpu: want the packages of the command line, got none of ${missing.map(([name]) => name).join(", ")}. ` +
      `Run: npm install ${names.join(" ")} (with --global if dpt-webgpu is installed so).`,
    { cause: error },
  );
}
