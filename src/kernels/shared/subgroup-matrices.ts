import { loadPart } from "../../runtime/load-part.ts";

/** Paths by subgroup matrices, which few adapters have. @throws MachineError as {@link loadPart} */
export function subgroupMatrices() {
  return loadPart(import("./matrix-paths.ts"));
}
