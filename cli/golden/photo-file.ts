import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import envPaths from "env-paths";
import { FileError } from "../../src/runtime/errors.ts";
import { PATIENCE } from "../../src/runtime/sources/patience.ts";
import { patientFetch } from "../../src/runtime/sources/patient-fetch.ts";
import { makeFolder } from "../files/make-folder.ts";
import { writeWhole } from "../files/write-whole.ts";

/** The photo of transformers' tests, two cats on a sofa, where COCO publishes it. */
export const PHOTO = "http://images.cocodataset.org/val2017/000000039769.jpg";

/**
 * The path of a photo: as given, or where an address has been downloaded to, now or before.
 * @throws FileError if it cannot be downloaded, or would have to be when offline
 */
export async function photoFile(
  photo: string,
  offline: boolean,
  folder = join(envPaths("dpt-webgpu", { suffix: "" }).cache, "photos"),
): Promise<string> {
  if (!/^https?:\/\//.test(photo)) return photo;
  const path = join(folder, createHash("sha256").update(photo).digest("hex"));
  if (existsSync(path)) return path;
  if (offline) {
    throw new FileError(`${photo}: want it from an earlier run, since offline, got none. Give a file with --photo.`);
  }
  const response = await patientFetch(fetch, PATIENCE)(photo, {});
  if (!response.ok) {
    const status = `HTTP status ${response.status}`;
    throw new FileError(`${photo}: want a photo, got ${status}. Give it as a file with --photo.`);
  }
  await makeFolder(dirname(path));
  await writeWhole(path, new Uint8Array(await response.arrayBuffer()));
  return path;
}
