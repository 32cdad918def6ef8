import { open } from "node:fs/promises";

/** A box of type `ftyp` with its brands fits into it. */
const HEAD_BYTES = 64;

/**
 * Whether a file is a phone's HEIC, by the brands at its beginning: sharp reads its size, and only its pixels fail. AVIF is the
 * same container with a codec that it has.
 */
export async function isHeic(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.toString("latin1", 4, Math.min(bytesRead, buffer.readUInt32BE(0)));
    return /^ftyp/.test(head) && /he[iv][cxms]/.test(head) && !/avi[fs]/.test(head);
  } finally {
    await file.close();
  }
}
