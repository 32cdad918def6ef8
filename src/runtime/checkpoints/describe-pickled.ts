import { quote } from "../quote.ts";

/** Names a value's kind; its content may be endless, since a pickled list can hold itself. */
export function describePickled(value: unknown): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return `a list or tuple of ${value.length}`;
  if (value instanceof Map) return `a dict of ${value.size}`;
  if (typeof value === "string" || typeof value === "number") return quote(value);
  return typeof value === "object" && "pythonName" in value ? String(value.pythonName) : `a ${typeof value}`;
}
