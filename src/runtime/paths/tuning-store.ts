/** Keeps measurements from one visit to the next. What goes wrong in it costs speed and never an answer. */
export interface TuningStore {
  /** What was set under a key; `undefined` if nothing was. */
  get(key: string): Promise<unknown>;
  /**
   * Keeps a value under a key, in place of what was there.
   * @param value plain data: objects, strings, numbers
   */
  set(key: string, value: unknown): Promise<void>;
}
