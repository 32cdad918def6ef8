import { useEffect, useRef, useState } from "preact/hooks";
import type { Answer } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import { say } from "../state.ts";
import { messageOf } from "../words/message-of.ts";

/** A depth map as a relief that is turned by hand, keys or touch. */
export function Relief({ answer, shown }: { answer: Answer | undefined; shown: Picture | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    if (!canvas.current || answer?.task !== "depth" || !shown) return;
    const gone = new AbortController();
    setReady(false);
    showRelief(canvas.current, { answer, picture: shown }, gone.signal).then(
      () => setReady(!gone.signal.aborted),
      (error) => {
        if (!gone.signal.aborted) say({ kind: "error", text: messageOf(error) });
      },
    );
    return () => gone.abort();
  }, [answer, shown]);
  if (answer?.task !== "depth") return <p class="empty">The relief comes with the depth.</p>;
  return (
    <div class="relief" data-ready={isReady}>
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it has keys of its own, as its role and name say */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label="The picture as a relief. Arrow keys turn it, plus and minus go nearer and farther, Home faces it again"
      />
      <p class="small" aria-hidden="true">
        Drag to turn, scroll or pinch to go nearer
      </p>
    </div>
  );
}

async function showRelief(...args: Parameters<typeof import("../draw/relief-scene.ts")["reliefScene"]>): Promise<void> {
  const { reliefScene } = await import("../draw/relief-scene.ts");
  await reliefScene(...args);
}
