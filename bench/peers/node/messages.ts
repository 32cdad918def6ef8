import type { NetworkTask, Ran, Started } from "../contestant.ts";

/** To the child. */
export type Request = { readonly open: string; readonly task: NetworkTask } | { readonly run: true };

/** From the child; one for each request. */
export type Reply = { readonly started: Started } | { readonly ran: Ran } | { readonly failed: string };
