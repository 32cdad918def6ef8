import { PickleBytes } from "./pickle-bytes.ts";
import { pickleError } from "./pickle-error.ts";
import { PickleMachine } from "./pickle-machine.ts";
import { PICKLE_OPCODES, STOP } from "./pickle-opcodes.ts";

/** Far above any checkpoint (35 opcodes a tensor), far below what exhausts memory: no opcode makes more than one object. */
const MAX_OPCODES = 2 ** 21;

/** What a pickle may name, such as `torch.FloatStorage`. It is never Python that runs, only `call`, if there is one. */
export interface PickleGlobal {
  readonly pythonName: string;
  /** What REDUCE makes of it; without it the global can only be mentioned. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleOptions {
  /** What errors call the pickle. */
  readonly where: string;
  /** All that GLOBAL may name; anything else is refused. */
  readonly globals: readonly PickleGlobal[];
  /** Resolves a persistent id. */
  readonly persistentLoad: (id: unknown) => unknown;
}

/**
 * Reads a Python pickle of protocols 2 to 5, as far as checkpoints need it, without running anything.
 * Python's None, bool, int, float, str become null, boolean, number (bigint beyond 2^53), number, string;
 * tuples and lists become arrays; dicts become Maps. BUILD is accepted on Maps only (the attributes of an OrderedDict)
 * and ignored.
 * @throws FileError for anything else: other opcodes and globals, underflow, truncation, more than 2^21 opcodes.
 */
export function unpickle(pickle: Uint8Array, options: PickleOptions): unknown {
  const bytes = new PickleBytes(pickle, options.where);
  const machine = new PickleMachine(options);
  for (let count = 0; count < MAX_OPCODES; count++) {
    const { at } = bytes;
    const opcode = bytes.uint8();
    if (opcode === STOP) return machine.pop();
    const act = PICKLE_OPCODES[opcode];
    if (!act) {
      const got = `opcode 0x${opcode.toString(16)} at byte ${at}`;
      throw pickleError(options.where, "only opcodes that checkpoints of tensors need", got);
    }
    act(machine, bytes);
  }
  throw pickleError(options.where, `at most ${MAX_OPCODES} opcodes`, "more");
}
