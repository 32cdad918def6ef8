import { change, settings } from "../state.ts";

/** The line between picture and result, for the hand; the keyboard has the slider of the toolbar. */
export function Divider() {
  const { divider } = settings.value;
  const move = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { left, width } = handle.getBoundingClientRect();
    change({ divider: Math.round(Math.min(100, Math.max(0, (100 * (event.clientX - left)) / width))) });
  };
  return (
    <div
      class="divider"
      aria-hidden="true"
      style={{ "--at": `${divider}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
    >
      <div class="line" />
      <div class="knob" />
    </div>
  );
}
