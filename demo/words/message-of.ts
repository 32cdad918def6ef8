import { DptError } from "../../src/index.ts";

/** A sentence for a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof DptError) return error.message;
  if (error instanceof DOMException && error.name === "QuotaExceededError") {
    return "storage: want room for the model, got none left. Free disk space or clear the data of other sites.";
  }
  if (error instanceof RangeError && /allocat|array (?:buffer|length)/i.test(error.message)) {
    return "memory: want room for this picture or model, got none left. Close other tabs or take a smaller one.";
  }
  const text = error instanceof Error ? error.message : String(error);
  return `page: want it to work, got "${text}". Try again; if it happens once more, report it with this sentence.`;
}
