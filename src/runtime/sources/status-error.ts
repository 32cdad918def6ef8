import { FileError } from "../errors.ts";
import type { ContentRange } from "./url-source.ts";

/** What it means that a server answers a range of a file with another status than 206, for people. */
export function statusError(name: string, { status, statusText }: Response): FileError {
  const advice = new Map([
    [200, "It served ranges before: the file changed or a proxy drops the Range header. Load the model again."],
    [401, "The file is private: give a fetch that adds an Authorization header."],
    [403, "The file is private or gated: give a fetch that adds an Authorization header."],
    [404, "The file was there when it was opened. Load the model again."],
    [416, "The file is shorter than the server said. Load the model again."],
    [429, "Too many requests: wait, then load the model again."],
  ]).get(status);
  return new FileError(
    `${name}: want HTTP status 206 (a range of the file), got ${status} ${statusText}. ` +
      (advice ?? "Try again later or download the model and open it from disk."),
  );
}

/**
 * The error for an answer that is not what was asked for.
 * @param got another range that it says to be
 * @param length bytes that came
 */
export function answerError(
  name: string,
  want: ContentRange,
  got: ContentRange | undefined,
  length: number,
): FileError {
  if (!got) {
    return new FileError(
      `${name}: want ${want.end - want.begin} bytes, got ${length}. ` +
        "The connection broke or the file changed; load the model again.",
    );
  }
  const words = ({ begin, end, size }: ContentRange) => `bytes ${begin}-${end - 1}/${size}`;
  return new FileError(
    `${name}: want ${words(want)}, got ${words(got)}. The file changed or a proxy is wrong; load the model again.`,
  );
}
