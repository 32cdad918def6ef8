import { type DptError, FileError } from "../../src/runtime/errors.ts";

/** A picture that came to nothing, and why. */
export interface FailedPicture {
  readonly image: string;
  readonly error: string;
}

/** Those of a list that came to nothing, so that one of a thousand does not cost the others. */
export class FailedPictures {
  readonly pictures: FailedPicture[] = [];
  readonly #errors: DptError[] = [];
  readonly #tell: (picture: FailedPicture) => void;

  /** @param tell hears of each at once */
  constructor(tell: (picture: FailedPicture) => void) {
    this.#tell = tell;
  }

  add(image: string, error: DptError): void {
    const { message } = error;
    const picture = { image, error: message.startsWith(`${image}: `) ? message : `${image}: ${message}` };
    this.pictures.push(picture);
    this.#errors.push(error);
    this.#tell(picture);
  }

  /**
   * @param pictures how many the list had
   * @throws if there are any: the error itself where it is that of every picture, as an option that fits none; or else
   *   FileError that names all
   */
  throwIfAny(command: string, pictures: number): void {
    const [first, ...more] = this.pictures;
    const [error] = this.#errors;
    if (!first || !error) return;
    const isOfAll = this.#errors.length === pictures && this.#errors.every(({ message }) => message === error.message);
    if (isOfAll) throw error;
    const others = more.length > 0 ? ` (nor ${more.map(({ image }) => image).join(", ")})` : "";
    const want = `want ${pictures} pictures, got ${1 + more.length} that could not be done; the others are`;
    throw new FileError(`${command}: ${want}. ${first.error}${others}`);
  }
}
