/**
 * Whether any object in a JSON text names a key twice, which `JSON.parse` hides by keeping the last.
 * Counts the keys in the text and in the parsed value: one pass, nothing is stored.
 * @param text valid JSON.
 * @param value what `JSON.parse` made of it.
 */
export function hasDuplicateKeys(text: string, value: unknown): boolean {
  return keysInText(text) !== keysInValue(value);
}

function keysInText(text: string): number {
  let keys = 0;
  let open = text.indexOf('"');
  while (open >= 0) {
    let close = text.indexOf('"', open + 1);
    while (isEscaped(text, close)) close = text.indexOf('"', close + 1);
    let next = close + 1;
    while (/\s/.test(text.charAt(next))) next++;
    if (text.charAt(next) === ":") keys++;
    open = text.indexOf('"', close + 1);
  }
  return keys;
}

function isEscaped(text: string, quote: number): boolean {
  let begin = quote;
  while (text.charAt(begin - 1) === "\\") begin--;
  return (quote - begin) % 2 === 1;
}

function keysInValue(root: unknown): number {
  let keys = 0;
  const rest = [root];
  for (let value = rest.pop(); value !== undefined; value = rest.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const inside = Object.values(value);
    if (!Array.isArray(value)) keys += inside.length;
    for (const child of inside) rest.push(child);
  }
  return keys;
}
