import { FileError } from "../errors.ts";

/** How requests for a model's files are repeated: those that stall, break off or are answered 429 or 5xx. */
export interface Patience {
  /** How often a request is repeated after failures in a row, before it is an error. */
  readonly retries: number;
  /** Milliseconds without a byte after which a request counts as failed. */
  readonly stall: number;
  /** Milliseconds to wait before the first repetition; twice as many before each further one. */
  readonly wait: number;
  /** Milliseconds that a wait never exceeds, even if the server asks for more. */
  readonly maxWait: number;
}

/** What is taken where an option is left out. The hub's limits of requests are per five minutes, hence the longest wait. */
export const PATIENCE: Patience = { retries: 5, stall: 30_000, wait: 500, maxWait: 300_000 };

/** What a server or the way to it failed at, and may not fail at the next time; its message completes "got". */
export class PassingFailure extends Error {
  /** Milliseconds that the server asks to wait; `undefined` if it does not say. */
  readonly after: number | undefined;
  /** Whether so much came before that the count of failures begins anew. */
  readonly advanced: boolean;

  constructor(message: string, { after, advanced = false }: { after?: number | undefined; advanced?: boolean } = {}) {
    super(message);
    this.after = after;
    this.advanced = advanced;
  }
}

/**
 * Tries until it works, waiting longer each time.
 * @param where what errors begin with
 * @throws FileError when patience ends; the signal's reason when aborted; what else `attempt` throws at once
 */
export async function patiently<T>(
  where: string,
  { retries, wait, maxWait }: Patience,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (cause) {
      signal?.throwIfAborted();
      if (!(cause instanceof PassingFailure)) throw cause;
      failures = cause.advanced ? 1 : failures + 1;
      if (failures > retries) {
        const times = failures > 1 ? `, ${failures} times in a row` : "";
        throw new FileError(
          `${where}: want the file from the server, got ${cause.message}${times}. Check the connection and try again.`,
          { cause },
        );
      }
      // Many who failed at once shall not come back at once.
      const backoff = wait * 2 ** (failures - 1) * (0.75 + Math.random() / 2);
      await pause(Math.min(cause.after ?? backoff, maxWait), signal);
    }
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
