import { constants } from "node:os";
import { MachineError } from "../../src/runtime/errors.ts";

/** glibc's RTLD_NODELETE, which Node does not name: the library stays when its handle is closed. */
const nodelete = 0x1000;

/**
 * Loads a shared library into this process and leaves it there, so that a later `dlopen` of its bare name (its SONAME)
 * by native code finds it wherever it lies. That spares starting the process again with `LD_LIBRARY_PATH`, which the
 * dynamic loader reads only at start. Linux with glibc only.
 * @param path absolute, or a bare name to look for where the system keeps its libraries
 * @throws MachineError if the library cannot be loaded
 */
export function preloadLibrary(path: string): void {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | nodelete);
  } catch (cause) {
    // Node loads it, finds no addon inside, and says so; by then the library is where we want it.
    if ((cause as Error).message.includes("did not self-register")) return;
    throw new MachineError(
      `${path}: want a library that loads, got ${(cause as Error).message}. Is this Linux with glibc?`,
      { cause },
    );
  }
}
