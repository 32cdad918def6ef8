import { freeMemory } from "../free-memory.ts";
import { boundedResponse, moreThan } from "./bounded-response.ts";

/** What a server may make us take on its word; a block has less. */
const ON_ITS_WORD = 2 ** 23;

/**
 * The bytes of an answer that may have so many at most. Each chunk is freed once it is copied: left to the collector, they let
 * the heap of a page that loads 1.4 GB grow by 10 MB.
 * @throws FileError for more, and the rest is not asked for
 */
export async function readBounded(name: string, response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (most > ON_ITS_WORD) return new Uint8Array(await boundedResponse(name, response, most).arrayBuffer());
  const bytes = new Uint8Array(most);
  const reader = response.body?.getReader();
  let length = 0;
  for (let chunk = await reader?.read(); chunk?.value; chunk = await reader?.read()) {
    const { value } = chunk;
    if (length + value.length > most) {
      await reader?.cancel();
      throw moreThan(name, most);
    }
    bytes.set(value, length);
    length += value.length;
    freeMemory(value);
  }
  return length < most ? bytes.slice(0, length) : bytes;
}
