import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Waits until a download into a folder of blobs has so many bytes on the disk. */
export async function untilKept(blobs: string, bytes: number): Promise<void> {
  for (;;) {
    const names = await readdir(blobs).catch(() => []);
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(blobs, name)).catch(() => undefined))?.size ?? 0),
    );
    if (sizes.some((size) => size >= bytes)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
