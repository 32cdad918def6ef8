/** Bytes: one archive that travels with a mail or a git host's limits. */
export const MOST_BYTES = 60e6;

/** @throws Error if an archive is not smaller than {@link MOST_BYTES} */
export function checkSize(path: string, bytes: number): void {
  if (bytes < MOST_BYTES) return;
  const megabytes = (count: number) => `${(count / 1e6).toFixed(1)} MB`;
  throw new Error(
    `${path}: want less than ${megabytes(MOST_BYTES)}, got ${megabytes(bytes)}. ` +
      "Install xz and strip (Debian: xz-utils, binutils), or leave something out of bench/kit/kit-files.ts.",
  );
}
