import { wgsl } from "./wgsl.ts";

/** A map cut into windows after a cyclic shift (Swin, Liu et al., arXiv:2103.14030, figure 4), as data of sizes alone. */
export interface WindowParams {
  /** Of the map, in tokens. */
  readonly height: number;
  readonly width: number;
  /** M: windows have M × M tokens. */
  readonly window: number;
  /** How far the map is rolled up and to the left, below M. */
  readonly shift: number;
}

/** The windows of one map: it is filled up with zeros to whole windows, below and to the right, before it is rolled. */
export interface WindowGrid {
  readonly down: number;
  readonly across: number;
  /** How many windows there are. */
  readonly count: number;
  /** M²: tokens of a window. */
  readonly tokens: number;
  /** Size with the zeros. */
  readonly height: number;
  readonly width: number;
  /** Whether there are any zeros. */
  readonly isPadded: boolean;
}

export function windowGrid({ height, width, window }: WindowParams): WindowGrid {
  const [down, across] = [Math.ceil(height / window), Math.ceil(width / window)];
  const padded = { height: down * window, width: across * window };
  return {
    down,
    across,
    count: down * across,
    tokens: window * window,
    ...padded,
    isPadded: padded.height > height || padded.width > width,
  };
}

/** Rows that a product looks up in windows. */
export interface WindowedRows extends WindowParams, Pick<WindowGrid, "count" | "tokens"> {
  /** WGSL statements: `<name>`, the row among all windows' rows of token `m` (u32) among all maps' tokens. */
  readonly row: (m: string, name: string) => string;
}

export function windowedRows(params: WindowParams): WindowedRows {
  const { count, tokens } = windowGrid(params);
  return { ...params, count, tokens, row: (m, name) => rowInWindows(params, m, name) };
}

function rowInWindows(params: WindowParams, m: string, name: string): string {
  const { height, width, window, shift } = params;
  const grid = windowGrid(params);
  return wgsl`
    let ${name}Token = ${m} % ${height * width}u;
    let ${name}Y = (${name}Token / ${width}u + ${grid.height - shift}u) % ${grid.height}u;
    let ${name}X = (${name}Token % ${width}u + ${grid.width - shift}u) % ${grid.width}u;
    let ${name}Window = (${m} / ${height * width}u * ${grid.down}u + ${name}Y / ${window}u) * ${grid.across}u + ${name}X / ${window}u;
    let ${name} = ${name}Window * ${grid.tokens}u + ${name}Y % ${window}u * ${window}u + ${name}X % ${window}u;`;
}

/**
 * WGSL statements, the other way round: `<name>`, the token that row `m` (u32) of the windows shows, and `<name>Inside`,
 * whether there is one: where there is none the row shows the zeros around the map, and `<name>` is 0.
 */
export function tokenInMap(params: WindowParams, m: string, name: string): string {
  const { height, width, window, shift } = params;
  const { down, across, count, tokens, ...padded } = windowGrid(params);
  return wgsl`
    let ${name}Window = ${m} / ${tokens}u;
    let ${name}At = ${m} % ${tokens}u;
    let ${name}Y = (${name}Window % ${count}u / ${across}u * ${window}u + ${name}At / ${window}u + ${shift}u) % ${padded.height}u;
    let ${name}X = (${name}Window % ${across}u * ${window}u + ${name}At % ${window}u + ${shift}u) % ${padded.width}u;
    let ${name}Inside = (${name}Y < ${height}u) & (${name}X < ${width}u);
    let ${name} = select(0u, (${name}Window / ${count}u * ${height}u + ${name}Y) * ${width}u + ${name}X, ${name}Inside);`;
}

/**
 * For each token of each window the region of the map that it came from, `[windows · M²]`: the roll brings tokens from
 * opposite edges together, and those must not see each other. Regions are told apart on the map with its zeros, as
 * transformers' Swinv2Layer.get_attn_mask does.
 */
export function windowRegions(params: WindowParams): Uint32Array {
  const { window, shift } = params;
  const { across, count, tokens, ...padded } = windowGrid(params);
  const part = (at: number, size: number) => (at < size - window ? 0 : at < size - shift ? 1 : 2);
  return Uint32Array.from({ length: count * tokens }, (_, row) => {
    const [tile, at] = [Math.floor(row / tokens), row % tokens];
    const y = Math.floor(tile / across) * window + Math.floor(at / window);
    const x = (tile % across) * window + (at % window);
    return 3 * part(y, padded.height) + part(x, padded.width);
  });
}
