import { FileError } from "../errors.ts";

/** @throws FileError unless `[begin, end)` are whole bytes inside a file of `size` bytes. */
export function checkRange(file: { readonly name: string; readonly size: number }, begin: number, end: number): void {
  const whole = Number.isSafeInteger(begin) && Number.isSafeInteger(end);
  if (!(whole && 0 <= begin && begin <= end && end <= file.size)) {
    throw new FileError(
      `${file.name}: want a byte range inside its ${file.size} bytes, got [${begin}, ${end}). Download the file again.`,
    );
  }
}
