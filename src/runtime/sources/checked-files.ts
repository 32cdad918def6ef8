import { checkArgument } from "../check-argument.ts";
import type { ModelFiles } from "./byte-source.ts";
import { checkGiven } from "./check-given.ts";

/**
 * The files that an app opens in its own way.
 * @throws UsageError for what opens none; later for an opened file that cannot be read
 */
export function checkedFiles(files: ModelFiles): ModelFiles {
  checkGiven(files);
  return {
    name: String(files.name ?? "the given files"),
    async open(file, signal) {
      const source = await files.open(file, signal);
      const isRight = source === undefined || (Number.isSafeInteger(source?.size) && typeof source.read === "function");
      checkArgument(isRight, `open ${file}`, "undefined or { name, size, read }", source, "See ByteSource.");
      return source;
    },
    ...(files.list && { list: (signal) => files.list!(signal) }),
  };
}
