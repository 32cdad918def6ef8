import { computed, type Signal, signal } from "@preact/signals";
import type { Answer } from "./answer.ts";
import type { OpenedModel } from "./engine.ts";
import type { Machine } from "./machine.ts";
import type { OwnPhoto } from "./pictures/own-photos.ts";
import type { Picture } from "./pictures/picture.ts";
import { parseSettings, type Settings, STEPS } from "./settings/settings.ts";
import type { Trouble } from "./words/trouble-of.ts";

/** One of the two models that are shown: the second only while they are compared. */
export interface Side {
  readonly model: Signal<OpenedModel | undefined>;
  readonly answer: Signal<Answer | undefined>;
  /** The picture that the answer is of, which is not the one that is shown while that is looked at. */
  readonly of: Signal<Picture | undefined>;
}

export interface Work {
  /** What is done: "Downloading". */
  readonly words: string;
  /** How far: "12.3 of 49.6 MB, 4 s left". */
  readonly detail?: string | undefined;
  /** 0 to 1 where that is known. */
  readonly share?: number | undefined;
}

export interface Message {
  readonly text: string;
  /** An error stays until something else works; a note can be put away. */
  readonly kind: "error" | "note";
  /** Offered as a button. */
  readonly action?: { readonly words: string; readonly run: () => void } | undefined;
}

export const settings = signal<Settings>(parseSettings(globalThis.location?.search ?? ""));
export const picture = signal<Picture | undefined>(undefined);
export const sides: readonly [Side, Side] = [newSide(), newSide()];
export const work = signal<Work | undefined>(undefined);
export const messages = signal<readonly Message[]>([]);
export const machine = signal<Machine | undefined>(undefined);
/** Why nothing can be computed here, if so. */
export const trouble = signal<(Trouble & { readonly again: () => void }) | undefined>(undefined);
/** Models that were picked as files on this visit, by `file:NAME`. */
export const pickedModels = signal<ReadonlyMap<string, readonly File[]>>(new Map());
/** Photos that were given on this visit, those that came last first. */
export const ownPhotos = signal<readonly OwnPhoto[]>([]);
/** Names of models that were opened on this visit, so that they can be chosen again. */
export const openedModels = signal<ReadonlySet<string>>(new Set());
/** The pixel that is pointed at, in both panes. */
export const pointed = signal<{ readonly x: number; readonly y: number } | undefined>(undefined);
/** Said to screen readers; nobody sees it. */
export const spoken = signal("");

export const isComparing = computed(() => settings.value.against !== "");

/** A side's answer, if it is of the picture that is shown. */
export function shownAnswer({ answer, of }: Side): Answer | undefined {
  return of.value === picture.value ? answer.value : undefined;
}

/** One setting as a signal that tells only of its own changes. */
export function setting<Name extends keyof Settings>(name: Name) {
  return computed(() => settings.value[name]);
}

/** What a person changes. Where it is a step of its own, the browser's Back takes it back. */
export function change(changes: Partial<Settings>): void {
  const before = settings.peek();
  const isStep = STEPS.some((name) => changes[name] !== undefined && changes[name] !== before[name]);
  // A copy of this entry: the newest is the one that changes.
  if (isStep) globalThis.history?.pushState(before, "", location.href);
  amend(changes);
}

/** What the page changes by itself. */
export function amend(changes: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...changes };
}

/** Errors take the place of the last error; a note stands once. */
export function say(message: Message): void {
  const others = messages
    .peek()
    .filter(({ kind, text }) => text !== message.text && (kind === "note" || message.kind === "note"));
  messages.value = [...others, message];
}

export function forget(kind: Message["kind"], text?: string): void {
  messages.value = messages.peek().filter((each) => each.kind !== kind || (text !== undefined && each.text !== text));
}

function newSide(): Side {
  return { model: signal(undefined), answer: signal(undefined), of: signal(undefined) };
}
