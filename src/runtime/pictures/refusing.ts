import { loadPart } from "../load-part.ts";

/** What tells why a picture cannot be taken. @throws MachineError as {@link loadPart} */
export function refusing() {
  return loadPart(import("./picture-refusals.ts"));
}
