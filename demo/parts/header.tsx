import { embeddedFor, embeddedModel } from "../models/embedded.ts";
import { type PageTask, TASKS, THEMES } from "../settings/settings.ts";
import { change, isComparing, settings, sides } from "../state.ts";
import { Icon } from "./icon.tsx";
import { ModelField } from "./model-field.tsx";

const TASK_WORDS: Readonly<Record<PageTask, string>> = { segmentation: "Segmentation", depth: "Depth" };
const SIZES = [98, 196, 294, 392, 518];
const THEME_WORDS = { system: "as the system", light: "light", dark: "dark" } as const;
const THEME_ICONS = { system: "auto", light: "sun", dark: "moon" } as const;

export function Header() {
  const { task, against } = settings.value;
  return (
    <header class={`header${isComparing.value ? " comparing" : ""}`}>
      <h1>
        <span class="mark" aria-hidden="true" />
        dpt-webgpu
      </h1>
      <fieldset class="segments">
        <legend class="hidden">What to find</legend>
        {TASKS.map((each) => (
          <label key={each}>
            <input type="radio" name="task" value={each} checked={task === each} onChange={() => takeTask(each)} />
            <span>{TASK_WORDS[each]}</span>
          </label>
        ))}
      </fieldset>
      <ModelField side="first" />
      {isComparing.value && <ModelField side="second" />}
      <SizeField />
      <button
        type="button"
        class="button quiet"
        id="compare"
        aria-pressed={isComparing.value}
        onClick={() => change(against === "" ? comparison() : { against: "" })}
      >
        Compare
      </button>
      <ThemeButton />
    </header>
  );
}

/** The model stays if it knows the task; else the embedded one of that task takes its place. */
function takeTask(task: PageTask): void {
  const { model } = settings.peek();
  const knows = embeddedModel(model)?.task === task || (sides[0].model.peek()?.tasks.includes(task) ?? false);
  change({ task, against: "", only: "", view: "over", ...(knows ? {} : { model: embeddedFor(task).name }) });
}

/** The same model in other numbers, which is what people ask first. */
function comparison() {
  const { model, dtype } = settings.peek();
  return { against: model, againstDtype: dtype === "q8" ? ("f32" as const) : ("q8" as const), view: "over" as const };
}

function SizeField() {
  const { size } = settings.value;
  const known = size === 0 || SIZES.includes(size) ? SIZES : [...SIZES, size].sort((a, b) => a - b);
  return (
    <label class="field">
      <span>Resolution</span>
      <select
        id="size"
        aria-label="Resolution"
        value={size}
        onChange={({ currentTarget }) => change({ size: Number(currentTarget.value) })}
      >
        <option value={0}>the model's</option>
        {known.map((each) => (
          <option key={each} value={each}>
            {each} px
          </option>
        ))}
      </select>
    </label>
  );
}

function ThemeButton() {
  const { theme } = settings.value;
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!;
  return (
    <button
      type="button"
      class="button round"
      id="theme"
      title={`Colours: ${THEME_WORDS[theme]}`}
      aria-label={`Colours: ${THEME_WORDS[theme]}. Change to ${THEME_WORDS[next]}`}
      onClick={() => change({ theme: next })}
    >
      <Icon name={THEME_ICONS[theme]} />
    </button>
  );
}
