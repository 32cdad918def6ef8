import { loadPart } from "../../runtime/load-part.ts";

/** Paths by quads of a subgroup, which only adapters with subgroups can take. @throws MachineError as {@link loadPart} */
export function subgroupQuads() {
  return loadPart(import("./quad-shapes.ts"));
}
