import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { missingPackages } from "../../cli/missing-packages.ts";
import { MachineError } from "../../src/runtime/errors.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const lack = (name: string) =>
  Object.assign(new Error(`Cannot find package '${name}' imported from /a/file.js`), { code: "ERR_MODULE_NOT_FOUND" });

test("tells all packages that are missing, and no others", async () => {
  const root = temporaryFolder();
  const peerDependencies = { sharp: "^0.35.5", "@scope/other": "^2.0.0", "is-there": "^1.0.0" };
  await writeFile(join(root, "package.json"), JSON.stringify({ peerDependencies }));
  await mkdir(join(root, "node_modules/is-there"), { recursive: true });
  const error = missingPackages(lack("sharp"), root);
  expect(error).toBeInstanceOf(MachineError);
  expect(error!.message).toBe(
    "dpt-webgpu: want the packages of the command line, got none of sharp, @scope/other. " +
      "Run: npm install sharp@^0.35.5 @scope/other@^2.0.0 (with --global if dpt-webgpu is installed so).",
  );
  const retold = new MachineError("WebGPU: want Dawn, got none.", { cause: lack("sharp") });
  expect(missingPackages(retold, root)!.message).toBe(error!.message);
  expect(missingPackages(lack("another"), root)).toBeUndefined();
  expect(missingPackages(new Error("sharp"), root)).toBeUndefined();
});
