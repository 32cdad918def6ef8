import * as Comlink from "comlink";
import { MachineError, UsageError } from "../runtime/errors.ts";
import type { ModelHost } from "./model-host.ts";
import { answerOf, type Outcome } from "./outcome.ts";

/** The page's end of a {@link ModelHost}. */
export class Connection {
  readonly #worker: Worker;
  readonly #host: Comlink.Remote<ModelHost>;
  readonly #ended: Promise<never>;
  #end!: (reason: Error) => void;
  #reason: Error | undefined;
  #calls = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#host = Comlink.wrap<ModelHost>(worker);
    this.#ended = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => {});
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.close(
        new MachineError(
          `worker: want its script to run, got "${event.message || "no answer"}". ` +
            "Serve it from the page's own site, allow it in the Content-Security-Policy (worker-src), or give a Worker of " +
            "your own: the README tells what each bundler wants.",
        ),
      );
    });
  }

  /**
   * @param ask given a number for the call, by which an abort names it
   * @throws what the host throws, of its class; the signal's reason when aborted; the reason for which it is closed;
   *   UsageError for what cannot be sent
   */
  async run<T>(
    signal: AbortSignal | undefined,
    ask: (host: Comlink.Remote<ModelHost>, call: number) => Promise<Outcome<T>>,
  ): Promise<T> {
    signal?.throwIfAborted();
    if (this.#reason) throw this.#reason;
    const call = this.#calls++;
    const onAbort = () => void this.#host.abort(call);
    signal?.addEventListener("abort", onAbort);
    try {
      const outcome = await Promise.race([ask(this.#host, call), this.#ended]);
      if ("error" in outcome) signal?.throwIfAborted();
      return answerOf(outcome);
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === "DataCloneError")) throw cause;
      const got = `got "${cause.message}"`;
      throw new UsageError(`worker: want what can be sent to a worker, ${got}. Leave functions out.`, { cause });
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Ends the worker; all calls that have not ended and all later ones are rejected. */
  close(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#end(reason);
    this.#worker.terminate();
  }
}
