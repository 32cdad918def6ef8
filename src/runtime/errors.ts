/**
 * Every error of this project reads *where: want X, got Y. What to do.* and belongs to whoever must act on it.
 * The classes let a caller tell a broken file from a weak adapter without parsing text.
 */
export abstract class DptError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The machine must change: no adapter, a limit too small, a feature missing, memory exhausted. */
export class MachineError extends DptError {}

/** A file must change: a checkpoint, a config or a picture that is missing, truncated, lying or of an unknown kind. */
export class FileError extends DptError {}

/** The caller must change: an argument out of range, a method called after dispose. */
export class UsageError extends DptError {}

/** We must change: a promise inside this project was broken. Please report it. */
export class InternalError extends DptError {}

/** The numbers are wrong: an activation overflowed or a weight, a picture is not finite. Nothing of the answer is true. */
export class NumberError extends DptError {}
