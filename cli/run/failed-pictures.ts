import { FileError } from "../../src/runtime/errors.ts";

/** A picture that came to nothing, and why. */
export interface FailedPicture {
  readonly image: string;
  readonly error: string;
}

/** @param pictures how many there were */
export function failedPicturesError(
  command: string,
  pictures: number,
  [first, ...more]: readonly [FailedPicture, ...FailedPicture[]],
): FileError {
  if (pictures === 1) return new FileError(first.error);
  const others = more.length > 0 ? ` (nor ${more.map(({ image }) => image).join(", ")})` : "";
  const want = `want ${pictures} pictures, got ${1 + more.length} that could not be done; the others are`;
  return new FileError(`${command}: ${want}. ${first.error}${others}`);
}
