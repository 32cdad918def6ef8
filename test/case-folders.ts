import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

/**
 * `[name, path]` of each case: the copies in `test/fixtures`, and those under the folder that the environment variable
 * `DPT_REFERENCE` names, if they are not the very same.
 */
export function caseFolders(
  kind: "cases" | "photos" | "images/preprocess" | "images/postprocess",
  pattern: RegExp,
): (readonly [string, string])[] {
  const own = list(join(FIXTURES, kind), pattern);
  const reference = process.env.DPT_REFERENCE;
  if (!reference) return own;
  if (!existsSync(join(reference, kind))) return own;
  const more = list(join(reference, kind), pattern).filter(([name, path]) => !isSame(join(FIXTURES, kind, name), path));
  return [...own, ...more.map(([name, path]) => [`${name} of DPT_REFERENCE`, path] as const)];
}

function list(folder: string, pattern: RegExp): (readonly [string, string])[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => [name, join(folder, name)] as const);
}

/** What is expected depends on all that goes in. */
function isSame(copy: string, original: string): boolean {
  const [a, b] = [join(copy, "expected.safetensors"), join(original, "expected.safetensors")];
  return existsSync(a) && existsSync(b) && readFileSync(a).equals(readFileSync(b));
}
