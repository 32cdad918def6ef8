import type { Fields } from "./fields.ts";

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/**
 * Colours of the classes by id, where config.json has them: `id2color`, an object from "0", "1", … to `[r, g, b]` or
 * "#rrggbb", or `palette`, a list of the same. transformers itself defines no such field; these are those that people add.
 * @throws FileError for a colour that is none, or not one for each class
 */
export function parseColours(json: Fields, classes: number): readonly Colour[] | undefined {
  const field = ["id2color", "palette"].find((name) => json.has(name));
  if (!field) return undefined;
  const raw = json.raw(field) as Readonly<Record<string, unknown>>;
  const colours = Array.from({ length: classes }, (_, id) => colourOf(raw[id]));
  const isWhole = typeof raw === "object" && Object.keys(raw).length === classes;
  if (isWhole && colours.every((colour) => colour !== undefined)) return colours;
  throw json.wrong(field, `${classes} colours by id, each [r, g, b] or "#rrggbb"`, raw);
}

function colourOf(value: unknown): Colour | undefined {
  if (typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value)) {
    const bits = Number.parseInt(value.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255];
  }
  const isByte = (byte: unknown) => Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) <= 255;
  return Array.isArray(value) && value.length === 3 && value.every(isByte) ? [value[0], value[1], value[2]] : undefined;
}
