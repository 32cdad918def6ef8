/**
 * Every error of this project reads *where: want X, got Y. What to do.* and belongs to whoever must act on it.
 * The classes let a caller tell a broken file from a weak adapter without parsing text.
 */
export abstract class DptError extends Error {
  /** The class's name, literally: a bundler that shortens class names would shorten what users see. */
  abstract override readonly name: string;
}

/** The machine must change: no adapter, a limit too small, a feature missing, memory exhausted. */
export class MachineError extends DptError {
  readonly name: string = "MachineError";
}

/** The device is gone: its driver was reset or updated, its adapter unplugged, or somebody destroyed it. Try again. */
export class DeviceLostError extends MachineError {
  override readonly name = "DeviceLostError";
}

/** The GPU's memory is too small for what was asked, in every way that is known to do it. */
export class MemoryError extends MachineError {
  override readonly name = "MemoryError";
  /** Bytes that were allocated on the device when no more was to be had, if that is known. */
  readonly allocated: number | undefined;

  constructor(
    message: string,
    { allocated, ...options }: ErrorOptions & { readonly allocated?: number | undefined } = {},
  ) {
    super(message, options);
    this.allocated = allocated;
  }
}

/** A file must change: a checkpoint, a config or a picture that is missing, truncated, lying or of an unknown kind. */
export class FileError extends DptError {
  readonly name = "FileError";
}

/** The caller must change: an argument out of range, a method called after dispose. */
export class UsageError extends DptError {
  readonly name = "UsageError";
}

/** We must change: a promise inside this project was broken. Please report it. */
export class InternalError extends DptError {
  readonly name = "InternalError";
}

/** The numbers are wrong: an activation overflowed or a weight, a picture is not finite. Nothing of the answer is true. */
export class NumberError extends DptError {
  readonly name = "NumberError";
}
