import { loadPart } from "../../runtime/load-part.ts";

/** What makes and reads weights that are quantised, which few models have. @throws MachineError as {@link loadPart} */
export function quantizing() {
  return loadPart(import("./quantized-weight.ts"));
}
