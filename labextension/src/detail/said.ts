/** How sizes, sentences and changes are said. */
import type { IChange } from '../tokens';
import { padded } from '../leaves/words';

/** A size as people say it. */
export function sized(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit] ?? ''}`;
}

/** A sentence around the number that it compares with: before it, it as written, after it; `null` where it names none. */
export function around(sentence: string, number: number | null): readonly [string, string, string] | null {
  if (number === null) {
    return null;
  }
  const found = new RegExp(`(?<![\\d.])${padded(number)}(?![\\d.]*\\d)`, 'u').exec(sentence);
  return found === null
    ? null
    : [sentence.slice(0, found.index), found[0], sentence.slice(found.index + found[0].length)];
}

/** A change as a row of a table. */
export interface IToldChange {
  readonly where: string;
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
  /** All of it, where it has no sides. */
  readonly whole: string | null;
}

/** A change in columns: what came or went stands on its side. */
export function told(change: IChange): IToldChange {
  const { where, kind, what, before, after, said } = change;
  const none = before === null && after === null;
  if (none && (kind === 'added' || kind === 'removed')) {
    const [gone, come] = kind === 'added' ? [null, what] : [what, null];
    return { where, what: '', before: gone, after: come, whole: null };
  }
  return { where, what, before, after, whole: none ? said || what : null };
}

/** Tags as typed: split at commas and spaces, without `#`, each once. */
export function tagsOf(typed: string): readonly string[] {
  const all = typed.split(/[\s,]+/u).map(one => one.replace(/^#+/u, ''));
  return Array.from(new Set(all.filter(one => one !== '')));
}
