import type { WeightFormat } from "../../src/index.ts";

export const TASKS = ["segmentation", "depth"] as const;
export const DTYPES = ["f32", "f16", "q8", "q4"] as const satisfies readonly WeightFormat[];
export const VIEWS = ["over", "relief"] as const;
export const COLOUR_MAPS = ["inferno", "turbo", "viridis", "greys"] as const;
export const THEMES = ["system", "light", "dark"] as const;

export type PageTask = (typeof TASKS)[number];

/** All that a person can set on the page. It stands in the page's address, so that a link shows the same. */
export interface Settings {
  readonly task: PageTask;
  /** An embedded model's name, an id of the hub, a URL, or `file:NAME` of what was picked, which no address can tell. */
  readonly model: string;
  readonly dtype: (typeof DTYPES)[number];
  /** The model to compare with, named as `model`; none if empty. */
  readonly against: string;
  readonly againstDtype: (typeof DTYPES)[number];
  /** Side that the network works at, in pixels; 0 for the model's own. */
  readonly size: number;
  /** The sample that is shown; `file:NUMBER` for a photo that was given on this visit; empty for a film, or nothing. */
  readonly sample: string;
  /** How strongly the result covers the picture, 0 to 100. */
  readonly opacity: number;
  /** Where the picture ends and the result begins, 0 (all result) to 100 (all picture). */
  readonly divider: number;
  /** The one class that is shown; all if empty. */
  readonly only: string;
  readonly view: (typeof VIEWS)[number];
  readonly colours: (typeof COLOUR_MAPS)[number];
  /** How much of the past stays in the answer to a film's next frame, in percent. */
  readonly smoothing: number;
  readonly theme: (typeof THEMES)[number];
}

export const DEFAULTS: Settings = {
  task: "segmentation",
  model: "dpt-small-camvid",
  dtype: "f32",
  against: "",
  againstDtype: "q8",
  size: 0,
  sample: "street",
  opacity: 65,
  divider: 0,
  only: "",
  view: "over",
  colours: "inferno",
  smoothing: 0,
  theme: "system",
};

/** Those whose change is a step that can be taken back; the others are how it is looked at. */
export const STEPS = ["task", "model", "dtype", "against", "againstDtype", "size", "sample", "view"] as const;

const CHOICES: Partial<Record<keyof Settings, readonly string[]>> = {
  task: TASKS,
  dtype: DTYPES,
  againstDtype: DTYPES,
  view: VIEWS,
  colours: COLOUR_MAPS,
  theme: THEMES,
};

const RANGES: Partial<Record<keyof Settings, readonly [least: number, most: number]>> = {
  size: [0, 2048],
  opacity: [0, 100],
  divider: [0, 100],
  smoothing: [0, 95],
};

/** Settings of an address. What makes no sense counts as left out: a mistyped link still shows the page. */
export function parseSettings(query: string): Settings {
  const given = new URLSearchParams(query);
  const read = (name: keyof Settings): Settings[typeof name] => {
    const text = given.get(name);
    if (text === null) return DEFAULTS[name];
    const choices = CHOICES[name];
    if (choices) return choices.includes(text) ? text : DEFAULTS[name];
    const range = RANGES[name];
    if (!range) return text;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= range[0] && value <= range[1] ? value : DEFAULTS[name];
  };
  const names = Object.keys(DEFAULTS) as (keyof Settings)[];
  return Object.fromEntries(names.map((name) => [name, read(name)])) as unknown as Settings;
}

/** The query of an address, only with what is not as it is without one. */
export function formatSettings(settings: Settings): string {
  const names = Object.keys(DEFAULTS) as (keyof Settings)[];
  // Of a photo of one's own it tells at least that no sample is shown.
  const told = { ...settings, ...(isOfThisMachine(settings.sample) && { sample: "" }) };
  const differing = names.filter((name) => told[name] !== DEFAULTS[name] && !isOfThisMachine(told[name]));
  const query = new URLSearchParams(differing.map((name) => [name, String(told[name])]));
  return query.size === 0 ? "" : `?${query}`;
}

function isOfThisMachine(value: string | number): boolean {
  return String(value).startsWith("file:");
}
