import { FileError } from "../src/index.ts";

/**
 * A file that is served beside the page.
 * @throws FileError if it cannot be fetched; the signal's reason when aborted
 */
export async function fetchOwn(url: string, signal?: AbortSignal): Promise<Response> {
  const name = new URL(url, location.href).pathname.split("/").at(-1)!;
  const response = await fetch(url, { signal: signal ?? null }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new FileError(
      `${name}: want the file from this page's server, got "${cause}". Check the connection, then try again.`,
      { cause },
    );
  });
  if (response.ok) return response;
  throw new FileError(
    `${name}: want the file from this page's server, got HTTP status ${response.status}. Reload the page.`,
  );
}
