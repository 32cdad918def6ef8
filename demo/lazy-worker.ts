import { type Remote, wrap } from "comlink";
import { MachineError } from "../src/index.ts";
import { answerOf, type Outcome } from "../src/worker/outcome.ts";

interface Opened<Api> {
  readonly api: Remote<Api>;
  /** Rejected when its script fails. */
  readonly broken: Promise<never>;
}

/** A worker of the page's own, which starts when it is asked for the first time, and anew after its script failed. */
export class LazyWorker<Api> {
  readonly #start: () => Worker;
  readonly #words: string;
  #opened: Opened<Api> | undefined;

  /** @param words what is missing without it: "download: want the script that writes files" */
  constructor(start: () => Worker, words: string) {
    this.#start = start;
    this.#words = words;
  }

  /** Starts it before it is asked. */
  open(): Opened<Api> {
    this.#opened ??= this.#begin();
    return this.#opened;
  }

  /** @throws what it throws there, of its class; MachineError if its script does not run */
  async ask<Answer>(question: (api: Remote<Api>) => Promise<Outcome<Answer>>): Promise<Answer> {
    const { api, broken } = this.open();
    return answerOf(await Promise.race([question(api), broken]));
  }

  #begin(): Opened<Api> {
    const worker = this.#start();
    const broken = new Promise<never>((_, reject) => {
      worker.addEventListener("error", ({ message }) => {
        this.#opened = undefined;
        reject(new MachineError(`${this.#words}, got "${message || "no answer"}". Reload the page.`));
      });
    });
    broken.catch(() => {});
    return { api: wrap<Api>(worker), broken };
  }
}
