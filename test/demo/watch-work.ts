declare global {
  /** What the page has asked of workers and of the browser's decoders: how much has not come back, and how much was ever asked. */
  var asked: { readonly underWay: Set<unknown>; count: number };
}

/** Runs in the page before its own scripts, and keeps {@link asked}. */
export function watchWork(): void {
  const asked = { underWay: new Set<unknown>(), count: 0 };
  globalThis.asked = asked;
  const begin = (what: unknown) => {
    asked.underWay.add(what);
    asked.count++;
  };
  const make = globalThis.createImageBitmap as (...args: unknown[]) => Promise<ImageBitmap>;
  globalThis.createImageBitmap = (...args: unknown[]) => {
    const made = make(...args);
    const end = () => void asked.underWay.delete(made);
    begin(made);
    made.then(end, end);
    return made;
  };
  globalThis.Worker = class extends Worker {
    // Comlink's questions, whose answers have the same ids.
    readonly #questions = new Set<unknown>();

    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener("message", ({ data }) => this.#end(data?.id));
      this.addEventListener("error", () => this.#endAll());
    }

    override postMessage(message: { readonly id?: unknown }, ...rest: unknown[]): void {
      if (message?.id !== undefined) {
        this.#questions.add(message.id);
        begin(message.id);
      }
      (super.postMessage as (...args: unknown[]) => void)(message, ...rest);
    }

    override terminate(): void {
      this.#endAll();
      super.terminate();
    }

    #end(id: unknown): void {
      this.#questions.delete(id);
      asked.underWay.delete(id);
    }

    #endAll(): void {
      for (const id of this.#questions) this.#end(id);
    }
  };
}
