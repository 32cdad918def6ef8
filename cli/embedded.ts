import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../src/runtime/errors.ts";
import { packageRoot } from "./package-root.ts";

/** Models and pictures that a checkout carries; the published package leaves them out for their size and licence. */
const EMBEDDED = {
  segmentation: "weights/dpt-small-camvid",
  depth: "weights/depth-anything-v2-small",
  street: "examples/street.png",
} as const;

/**
 * Path of a model or picture of the checkout.
 * @param option how to give another one
 * @throws FileError if it is not there
 */
export function embedded(what: keyof typeof EMBEDDED, option: string): string {
  const path = join(packageRoot(), EMBEDDED[what]);
  if (existsSync(path)) return path;
  throw new FileError(`${path}: want what the checkout carries, got none. Clone the repository, or give ${option}.`);
}
