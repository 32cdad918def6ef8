import { isPaused, isResting, pace, stopLive } from "../live/live.ts";
import { change, settings } from "../state.ts";
import { focusOn } from "./focus-on.ts";
import { Icon } from "./icon.tsx";

/** What plays: to be paused, stopped and smoothed, and how the answers keep up with it. */
export function Playing() {
  const { smoothing } = settings.value;
  return (
    <div class="playing">
      <button
        type="button"
        class="button round"
        id="pause"
        aria-label={isPaused.value ? "Go on" : "Pause"}
        onClick={() => {
          isPaused.value = !isPaused.peek();
        }}
      >
        <Icon name={isPaused.value ? "play" : "pause"} />
      </button>
      <button
        type="button"
        class="button round"
        id="stop"
        aria-label="Stop"
        onClick={() => {
          stopLive();
          focusOn("camera");
        }}
      >
        <Icon name="stop" />
      </button>
      <label class="slider" title="How much of the past stays in each answer">
        <span>Smoothing</span>
        <input
          id="smoothing"
          type="range"
          min={0}
          max={95}
          step={5}
          value={smoothing}
          aria-valuetext={`${smoothing} %`}
          // At the end of a drag: each change begins anew.
          onChange={({ currentTarget }) => change({ smoothing: currentTarget.valueAsNumber })}
        />
      </label>
      <span class="figures">{paceWords()}</span>
    </div>
  );
}

function paceWords(): string {
  if (isResting.value) return "resting while this tab is in the background";
  if (!pace.value) return "waiting for an answer";
  const { fps, latency, dropped } = pace.value;
  return `${fps.toFixed(1)} a second, ${latency.toFixed(0)} ms behind, ${dropped} dropped`;
}
