import { COLOUR_MAPS, type Settings, VIEWS } from "../settings/settings.ts";
import { change, isComparing, settings } from "../state.ts";

const VIEW_WORDS = { over: "Colours", relief: "3-D relief" } as const;

/** How the answer is shown. */
export function Toolbar() {
  const { task, view, colours } = settings.value;
  const isRelief = view === "relief" && task === "depth" && !isComparing.value;
  return (
    <section class="toolbar" aria-label="How to show the result">
      {task === "depth" && !isComparing.value && (
        <fieldset class="segments">
          <legend class="hidden">View</legend>
          {VIEWS.map((each) => (
            <label key={each}>
              <input type="radio" name="view" checked={view === each} onChange={() => change({ view: each })} />
              <span>{VIEW_WORDS[each]}</span>
            </label>
          ))}
        </fieldset>
      )}
      {!isRelief && <Slider name="opacity" words="Opacity" />}
      {!isRelief && <Slider name="divider" words="Before and after" />}
      {task === "depth" && !isRelief && (
        <label class="field">
          <span>Colour map</span>
          <select
            id="colours"
            value={colours}
            onChange={({ currentTarget }) => change({ colours: currentTarget.value as Settings["colours"] })}
          >
            {COLOUR_MAPS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
    </section>
  );
}

function Slider({ name, words }: { name: "opacity" | "divider"; words: string }) {
  const value = settings.value[name];
  return (
    <label class="slider">
      <span>{words}</span>
      <input
        id={name}
        type="range"
        min={0}
        max={100}
        value={value}
        aria-valuetext={`${value} %`}
        onInput={({ currentTarget }) => change({ [name]: currentTarget.valueAsNumber })}
      />
    </label>
  );
}
