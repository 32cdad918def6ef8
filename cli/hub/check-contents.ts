import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type FileDescription, hashKind } from "./describe-file.ts";

/**
 * What is wrong with downloaded contents, as "want X, got Y"; `undefined` if nothing is. Reads them from the disk, so that
 * what an earlier process wrote is checked too.
 */
export async function whyWrong(path: string, { etag, size }: FileDescription): Promise<string | undefined> {
  const { size: length } = await stat(path);
  if (size !== undefined && length !== size) return `want ${size} bytes, got ${length}`;
  const kind = hashKind(etag);
  if (kind === undefined) return undefined;
  const hash = kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${length}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const got = hash.digest("hex");
  return got === etag ? undefined : `want the ${kind} ${etag}, got ${got}`;
}
