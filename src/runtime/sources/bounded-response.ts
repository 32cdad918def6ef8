import { FileError } from "../errors.ts";

/**
 * The same answer, whose body fails with a FileError once it has more bytes than it may, and is cancelled: a server can
 * send without end.
 */
export function boundedResponse(name: string, response: Response, most: number): Response {
  if (!response.body) return response;
  let left = most;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.length;
      if (left >= 0) controller.enqueue(chunk);
      else controller.error(moreThan(name, most));
    },
  });
  return new Response(response.body.pipeThrough(counter));
}

export function moreThan(name: string, most: number): FileError {
  const got = `want at most ${most} bytes, got more`;
  return new FileError(`${name}: ${got}. The server sends something else; load the model again.`);
}
