import { useMemo, useRef } from "preact/hooks";
import type { ClassArea } from "../../cli/run/class-areas.ts";
import { type Film, film } from "../live/live.ts";
import { type ListedClasses, listClasses } from "./list-classes.ts";

/** As {@link listClasses}, which it tells what was listed for the frame before. */
export function useListedClasses(areas: readonly ClassArea[] | undefined): ListedClasses | undefined {
  const last = useRef<{ readonly of: Film | undefined; readonly ids: readonly number[] }>({ of: undefined, ids: [] });
  return useMemo(() => {
    const of = film.peek();
    const listed = areas && listClasses(areas, of && of === last.current.of ? last.current.ids : []);
    last.current = { of, ids: listed?.ids ?? [] };
    return listed;
  }, [areas]);
}
