import FlatQueue from "flatqueue";
import type { Areas } from "./areas.ts";
import { borderCorners } from "./border-corners.ts";
import { CornerTriangle } from "./corner-triangle.ts";

/**
 * Chooses the corners that stay when borders are simplified, by Visvalingam and Whyatt's rule: the corner with the smallest
 * triangle goes first. A corner is left out only where its triangle holds no other that is still there. No border can then
 * pass through the triangle, so borders neither cross nor meet anew, and nothing changes sides. Where areas of three or
 * more meet, corners stay.
 * @param limit square pixels: corners whose triangle has as many stay
 * @returns in the layout of {@link Areas}: 1 for those that stay
 */
export function simplifyBorders(areas: Areas, limit: number): Uint8Array {
  const { places, links, marks } = borderCorners(areas);
  const straightened = new Set<number>();
  const queue = new FlatQueue<number>();
  const sizes = new Float64Array(places.length);
  const isFixed = (corner: number) => links[2 * corner] === -1;
  const triangleOf = (corner: number) => {
    const [a, b] = [links[2 * corner]!, links[2 * corner + 1]!];
    return new CornerTriangle(areas.stride, places[a]!, places[corner]!, places[b]!);
  };
  const other = (corner: number, than: number) => links[2 * corner + (links[2 * corner] === than ? 1 : 0)]!;

  const look = (corner: number) => {
    if (isFixed(corner)) return;
    const size = triangleOf(corner).area;
    sizes[corner] = size;
    if (size < limit) queue.push(corner, size);
  };
  const relink = (corner: number, from: number, to: number) => {
    if (!isFixed(corner)) links[2 * corner + (links[2 * corner] === from ? 0 : 1)] = to;
  };
  /**
   * Whether there is, or may be, a border already that goes straight from one fixed corner to another. With a second one
   * the same class could come to lie on both sides.
   */
  const isJoined = (a: number, b: number) => {
    const [from, to] = [places[a]!, places[b]!];
    const isLevel = Math.floor(from / areas.stride) === Math.floor(to / areas.stride);
    return isLevel || from % areas.stride === to % areas.stride || straightened.has(pairOf(a, b));
  };
  const pairOf = (a: number, b: number) => Math.min(a, b) * places.length + Math.max(a, b);
  /** What goes together with a corner; nothing if it has to stay. */
  const leaving = (corner: number): number[] => {
    const [a, b] = [links[2 * corner]!, links[2 * corner + 1]!];
    if (isFixed(a) && isFixed(b) && isJoined(a, b)) return [];
    if (triangleOf(corner).holds(marks)) return [];
    // Of a closed ring two corners would be left, without an area.
    if (!isFixed(a) && other(a, corner) === b) return isFixed(b) ? [corner, a] : [corner, a, b];
    if (!isFixed(b) && other(b, corner) === a) return [corner, b];
    return [corner];
  };

  for (let corner = 0; corner < places.length; corner++) look(corner);
  while (queue.length > 0) {
    const size = queue.peekValue()!;
    const corner = queue.pop()!;
    // Its neighbours have changed since, or it is gone.
    if (size !== sizes[corner] || marks[places[corner]!] === 0) continue;
    const gone = leaving(corner);
    for (const each of gone) marks[places[each]!] = 0;
    if (gone.length !== 1) continue;
    const [a, b] = [links[2 * corner]!, links[2 * corner + 1]!];
    if (isFixed(a) && isFixed(b)) straightened.add(pairOf(a, b));
    relink(a, corner, b);
    relink(b, corner, a);
    look(a);
    look(b);
  }
  return marks;
}
