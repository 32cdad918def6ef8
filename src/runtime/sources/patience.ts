import { FileError } from "../errors.ts";

/** How long and how often to try. */
export interface Patience {
  /** Failures in a row that are tried again. */
  readonly retries: number;
  /** Milliseconds without a byte after which a request is given up. */
  readonly stall: number;
  /** Milliseconds before the first of them; twice as many before each next one. */
  readonly wait: number;
  /** Milliseconds that are never exceeded, not even if the server asks for more. */
  readonly maxWait: number;
}

/** The hub's limits of requests are per five minutes. */
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
