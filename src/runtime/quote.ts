const MAX_TEXT = 100;
const MAX_ITEMS = 8;
const MAX_DEPTH = 3;

/**
 * A value of a JSON file as an error message can carry it: long text, long lists and depth are cut.
 * Unlike `JSON.stringify` it cannot be made to run out of stack or memory by a hostile file.
 */
export function quote(value: unknown, depth = 0): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value);
  if (typeof value !== "object" || value === null) return String(value);
  const isArray = Array.isArray(value);
  if (depth === MAX_DEPTH) return isArray ? "[…]" : "{…}";
  const keys = Object.keys(value);
  const items = Object.entries(isArray ? value.slice(0, MAX_ITEMS) : value)
    .slice(0, MAX_ITEMS)
    .map(([key, item]) => (isArray ? quote(item, depth + 1) : `${quote(key)}: ${quote(item, depth + 1)}`));
  const text = [...items, ...(keys.length > MAX_ITEMS ? ["…"] : [])].join(", ");
  return isArray ? `[${text}]` : `{${text}}`;
}
