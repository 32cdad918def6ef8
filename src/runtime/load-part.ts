import { MachineError } from "./errors.ts";

/**
 * A part of the library that is imported when it is needed.
 * @throws MachineError if it does not come: the page is offline, or its server has a newer one
 */
export async function loadPart<Module>(part: Promise<Module>): Promise<Module> {
  try {
    return await part;
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    const want = "want a part of it that is loaded when it is needed";
    throw new MachineError(`dpt-webgpu: ${want}, got "${got}". Check the connection, then reload the page.`, { cause });
  }
}
