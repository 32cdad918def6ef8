import type { LabelMap } from "./label-map.ts";
import { type PolygonOptions, tracePolygons } from "./polygons.ts";

/**
 * A label map as an SVG drawing of the picture's size: one path for each class that has pixels, in the class's colour, with its
 * name as title and `class-ID` as id.
 * @throws UsageError as {@link tracePolygons}
 */
export function svg(map: LabelMap, options?: PolygonOptions): string {
  const { width, height } = map;
  const paths = tracePolygons(map, options).map(({ of: { id, name, colour }, shape }) => {
    const rings = shape.coordinates.flat().map((ring) => `M${ring.slice(0, -1).join("L")}Z`);
    return `<path id="class-${id}" fill="${escaped(colour)}" d="${rings.join("")}"><title>${escaped(name)}</title></path>`;
  });
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    // Without crisp edges neighbours would blend with what lies behind them, and show it as a hairline.
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} fill-rule="evenodd" shape-rendering="crispEdges">`,
    ...paths,
    "</svg>\n",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML has no way to write most control characters, so they are left out. */
function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is left out
  return text.replaceAll(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, "").replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}
