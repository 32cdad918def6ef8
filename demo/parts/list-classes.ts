import type { ClassArea } from "../../cli/run/class-areas.ts";

export interface ListedClasses {
  /** All that the model knows, in the order they are listed in. */
  readonly areas: readonly ClassArea[];
  /** Ids of those that are listed where nothing is searched for. */
  readonly ids: readonly number[];
}

/**
 * The classes by area; but while a film plays those that were listed stay where they are, even if they are gone: a row that moves
 * would do so under the pointer.
 * @param before ids as they were listed for the frame before; none for a picture
 */
export function listClasses(areas: readonly ClassArea[], before: readonly number[]): ListedClasses {
  const placeOf = new Map(before.map((id, place) => [id, place]));
  const place = ({ id }: ClassArea) => placeOf.get(id) ?? before.length;
  const sorted = areas.toSorted((a, b) => place(a) - place(b) || b.pixels - a.pixels);
  const listed = sorted.filter(({ id, pixels }) => pixels > 0 || placeOf.has(id));
  return { areas: sorted, ids: listed.map(({ id }) => id) };
}
