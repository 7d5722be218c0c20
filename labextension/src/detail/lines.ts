/** Lines of a log: what they say, and which of a log of any length are in the page. */
import type { ILog } from '../tokens';

/** So many lines are kept in the page; those farthest from what was asked for last go, and can be had again. */
export const MOST_LINES = 20000;
/** Chunks below this are made one, so that a log followed for hours is not in a thousand pieces. */
const SMALL = 500;

/** A line of a log in its parts; `time` and `mark` are empty where it has none. */
export interface ILine {
  readonly time: string;
  readonly mark: string;
  readonly text: string;
}

/** A piece of a text, and whether it is what was looked for. */
export interface IPiece {
  readonly text: string;
  readonly marked: boolean;
}

/** Lines and where they lie in their file, in bytes. */
export interface IChunk {
  readonly lines: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The part of a log that is in the page. */
export interface IPart {
  /** In order, each beginning where the one before it ends. */
  readonly chunks: readonly IChunk[];
  /** A number for the first line that stays its own when lines come before it. */
  readonly first: number;
  /** Whether there are lines before and after the part. */
  readonly earlier: boolean;
  readonly later: boolean;
}

const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) ([|!>=])[ +](.*)$/su;

/** A line of a log in its parts. */
export function parts(line: string): ILine {
  const [, time, mark, text] = LINE.exec(line) ?? [];
  return time === undefined || mark === undefined || text === undefined
    ? { time: '', mark: '', text: line }
    : { time, mark, text };
}

/** A text cut where it is what was looked for, upper and lower case alike. */
export function marked(text: string, wanted: string): readonly IPiece[] {
  if (wanted === '') {
    return [{ text, marked: false }];
  }
  // Not by lower case: that may be longer than the text itself.
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  const pieces: IPiece[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    pieces.push({ text: text.slice(from, index), marked: false }, { text: found, marked: true });
    from = index + found.length;
  }
  pieces.push({ text: text.slice(from), marked: false });
  return pieces.filter(piece => piece.text !== '');
}

/** All lines of a part. */
export function linesOf(part: IPart): readonly string[] {
  return part.chunks.flatMap(chunk => chunk.lines);
}

/** Where a part begins and ends in its file, in bytes. */
export function bounds(part: IPart): { readonly start: number; readonly end: number } {
  return { start: part.chunks[0]?.start ?? 0, end: part.chunks[part.chunks.length - 1]?.end ?? 0 };
}

/** So far apart are the numbers of parts that have nothing to do with one another. */
const APART = 1e7;

/** The end of a log, in place of another part of it. */
export function ended(tail: ILog, other: IPart | null): IPart {
  const { lines, start, end, more } = tail;
  const first = other === null ? 0 : other.first + APART;
  return { chunks: [{ lines, start, end }], first, earlier: more, later: false };
}

/** The lines before a byte and those after it, in place of another part. */
export function surrounding(before: ILog, after: ILog, other: IPart | null): IPart {
  return followed(ended(before, other), after);
}

/** The part with what comes after it; a log that is not what it was begins anew. */
export function followed(part: IPart, next: ILog): IPart {
  if (next.start !== bounds(part).end) {
    return { ...ended(next, part), earlier: next.start > 0, later: next.more };
  }
  if (next.lines.length === 0) {
    return part.later === next.more ? part : { ...part, later: next.more };
  }
  const [before, last] = [part.chunks.slice(0, -1), part.chunks[part.chunks.length - 1]];
  const fresh: IChunk = { lines: next.lines, start: next.start, end: next.end };
  const small = last !== undefined && last.lines.length + fresh.lines.length <= SMALL;
  const joined = small ? { ...fresh, lines: [...last.lines, ...fresh.lines], start: last.start } : fresh;
  const chunks = small || last === undefined ? [...before, joined] : [...part.chunks, joined];
  let [count, gone] = [chunks.reduce((sum, chunk) => sum + chunk.lines.length, 0), 0];
  let from = 0;
  while (count > MOST_LINES && from < chunks.length - 1) {
    const n = chunks[from++]?.lines.length ?? 0;
    count -= n;
    gone += n;
  }
  return {
    chunks: chunks.slice(from),
    first: part.first + gone,
    earlier: part.earlier || from > 0,
    later: next.more
  };
}

/** The part with what comes before it. */
export function preceded(part: IPart, before: ILog): IPart {
  if (before.end !== bounds(part).start) {
    return part;
  }
  const { lines, start, end, more } = before;
  const chunks = [{ lines, start, end }, ...part.chunks];
  let count = chunks.reduce((sum, chunk) => sum + chunk.lines.length, 0);
  let to = chunks.length;
  while (count > MOST_LINES && to > 1) {
    count -= chunks[--to]?.lines.length ?? 0;
  }
  return {
    chunks: chunks.slice(0, to),
    first: part.first - lines.length,
    earlier: more,
    later: part.later || to < chunks.length
  };
}
