import { checkArgument } from "../check-argument.ts";
import { kindOf } from "../kind-of.ts";

/**
 * Looks at what a person or an app gave as a model.
 * @param given a list of files, a list of files' handles, a folder's handle, or what opens files by name
 * @throws UsageError for anything else
 */
export function checkGiven(given: unknown): void {
  const want = "an address, files, a folder or what opens files by name";
  checkArgument(isGiven(given), "model", want, given, "See ModelSource; one file is a list of one.");
}

function isGiven(given: unknown): boolean {
  if (!Array.isArray(given)) return isHandle(given, "getFileHandle") || hasMethod(given, "open");
  return given.every(isFile) || given.every((each) => isHandle(each, "getFile"));
}

/** Of whatever frame of the page. */
export function isBlob(value: unknown): boolean {
  return ["Blob", "File"].includes(kindOf(value));
}

export function isFile(value: unknown): boolean {
  return isBlob(value) && typeof (value as File).name === "string";
}

/** Whether it is a handle of the File System API with a method, whoever made it. */
export function isHandle(value: unknown, method: "getFile" | "getFileHandle"): boolean {
  return hasMethod(value, method) && typeof (value as FileSystemHandle).kind === "string";
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && typeof (value as Record<string, unknown>)[name] === "function";
}
