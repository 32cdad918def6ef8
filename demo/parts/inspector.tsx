import type { TargetedKeyboardEvent } from "preact";
import { type Answer, describePixel } from "../answer.ts";
import type { Picture } from "../pictures/picture.ts";
import { change, pointed, settings, spoken } from "../state.ts";

interface Props {
  readonly picture: Picture;
  readonly answer: Answer | undefined;
  readonly name: string;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Tells what is under the pointer, or under a cross that arrow keys move; a click or Enter isolates the class. */
export function Inspector({ picture: { width, height }, answer, name }: Props) {
  const at = pointed.value;
  const words = answer && at ? describePixel(answer, at.x, at.y) : "";
  const onPointer = (event: MouseEvent) => {
    const {
      left,
      top,
      width: shownWidth,
      height: shownHeight,
    } = (event.currentTarget as Element).getBoundingClientRect();
    pointed.value = {
      x: clamp(Math.floor(((event.clientX - left) / shownWidth) * width), width),
      y: clamp(Math.floor(((event.clientY - top) / shownHeight) * height), height),
    };
  };
  // A finger's click comes when it has left already, and what it pointed at is forgotten by then.
  const onClick = (event: MouseEvent) => {
    onPointer(event);
    isolate();
  };
  const isolate = () => {
    if (answer?.task !== "segmentation" || !pointed.peek()) return;
    const { x, y } = pointed.peek()!;
    const of = answer.map.classes[answer.map.labels[y * width + x]!]!;
    const only = settings.peek().only === of ? "" : of;
    change({ only });
    spoken.value = only ? `${only} alone` : "all classes";
  };
  const onKey = (event: TargetedKeyboardEvent<HTMLElement>) => {
    if (event.key === "Escape") return change({ only: "" });
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return isolate();
    }
    const step = STEPS[event.key];
    if (!step || !answer) return;
    event.preventDefault();
    const far = event.shiftKey ? 1 : Math.max(1, Math.round(width / 40));
    const { x, y } = pointed.peek() ?? { x: width >> 1, y: height >> 1 };
    const next = { x: clamp(x + step[0] * far, width), y: clamp(y + step[1] * far, height) };
    pointed.value = next;
    spoken.value = describePixel(answer, next.x, next.y);
  };
  return (
    // An application: arrow keys are the picture's own, not the screen reader's.
    <div
      class="inspector"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it has keys of its own, as its role and name say
      tabIndex={0}
      aria-label={`${name}. Arrow keys tell what is where, with Shift pixel by pixel; Enter shows a class alone, Escape all`}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={({ pointerType }) => {
        // What was touched stays told when the finger is lifted.
        if (pointerType === "mouse") forgetPoint();
      }}
      onPointerCancel={forgetPoint}
      onBlur={forgetPoint}
      onClick={onClick}
      onKeyDown={onKey}
    >
      {words && (
        <div
          class="pointer"
          style={{ left: `${(100 * (at!.x + 0.5)) / width}%`, top: `${(100 * (at!.y + 0.5)) / height}%` }}
        >
          <span class={`tip${at!.x > 0.6 * width ? " left" : ""}${at!.y < 0.15 * height ? " below" : ""}`}>
            {words}
          </span>
        </div>
      )}
    </div>
  );
}

function forgetPoint(): void {
  pointed.value = undefined;
}

function clamp(value: number, size: number): number {
  return Math.min(size - 1, Math.max(0, value));
}
