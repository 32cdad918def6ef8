import { FileError } from "../../src/index.ts";

/**
 * A `fetch` that tells a server that does not answer from one that does not let this page read. The browser hides the
 * difference, but shows it when the answer is not to be read at all.
 * @throws FileError where CORS is missing; else what `fetch` throws
 */
export async function fetchOrSayWhy(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    const { origin } = new URL(url, location.href);
    if (origin !== location.origin && (await answersAtAll(url, init.signal))) {
      throw new FileError(
        `${origin}: want its leave to read files from this page (CORS), got none. ` +
          "Download the model and choose its folder here, or let the server send Access-Control-Allow-Origin.",
        { cause },
      );
    }
    throw cause;
  }
}

async function answersAtAll(url: string, signal: AbortSignal | null | undefined): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", mode: "no-cors", ...(signal && { signal }) });
    return response.type === "opaque";
  } catch {
    return false;
  }
}
