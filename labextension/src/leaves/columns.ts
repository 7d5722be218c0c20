/** Columns: what a wide list shows of each experiment beside its note and its metric. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ILineage, IRow } from '../tokens';
import type { ISpread } from './parameters';
import { inWords, lastPart, valueOf } from './parameters';
import { clock, duration, meanAndError, measuredOf } from './words';

/** From so many pixels on the list has columns. */
export const WIDE = 540;
/** So many pixels stay for sign, number and note. */
const NAME = 190;
/** Pixels of a character, around a text, and of a column at least and at most. */
const [CHARACTER, AROUND, LEAST, MOST] = [7, 14, 46, 150];
/** Pixels between two columns. */
const GAP = 4;
/** So many parameters are shown where nobody chose others. */
const USUAL = 4;
/** So many rows tell how wide a column is. */
const SAMPLE = 500;

const collator = new Intl.Collator(undefined, { numeric: true });

/** By which column the list is sorted. */
export interface IOrder {
  readonly column: string;
  /** Whether the largest comes first. */
  readonly down: boolean;
}

/** A column. */
export interface IColumn {
  /** `runs`, `seconds`, `started`, `tags`, `metric:NAME` or `parameter:NAME`. */
  readonly id: string;
  /** What it is, whole. */
  readonly name: string;
  /** What stands above it. */
  readonly title: string;
  /** Whether it is set from the right, as numbers are. */
  readonly numbers: boolean;
  readonly width: number;
  readonly text: (row: IRow) => string;
}

/** The parameter that a column shows; `null` where it shows none. */
export function parameterOf(id: string): string | null {
  return id.startsWith('parameter:') ? id.slice('parameter:'.length) : null;
}

const metric = (id: string): string | null => (id.startsWith('metric:') ? id.slice('metric:'.length) : null);

/** What sorting by a column looks at; `null` where an experiment has none. */
export function keyOf(row: IRow, id: string): number | string | null {
  const [named, measured] = [parameterOf(id), metric(id)];
  if (named !== null) {
    const value = valueOf(row.parameters, named);
    return value === undefined ? null : typeof value === 'number' ? value : inWords(value);
  }
  if (measured !== null) {
    return measuredOf(row, measured)?.mean ?? null;
  }
  switch (id) {
    case 'runs':
      return row.runs;
    case 'seconds':
      return row.seconds;
    case 'started':
      return Date.parse(row.started ?? row.created) || null;
    case 'tags':
      return row.tags.length === 0 ? null : row.tags.join(', ');
    default:
      return null;
  }
}

/** Which of two keys comes first; numbers before words, and what has none at the end whichever way it is sorted. */
export function byKey(one: number | string | null, other: number | string | null, down: boolean): number {
  if (one === null || other === null) {
    return Number(one === null) - Number(other === null);
  }
  const turn = down ? -1 : 1;
  if (typeof one === 'number' && typeof other === 'number') {
    return turn * (one - other);
  }
  if (typeof one !== typeof other) {
    return turn * (typeof one === 'number' ? -1 : 1);
  }
  return turn * collator.compare(String(one), String(other));
}

/** The names of columns that can be chosen. */
export function columnNames(id: string, trans: TranslationBundle): string {
  const words: Readonly<Record<string, string>> = {
    runs: trans.__('runs'),
    seconds: trans.__('time'),
    started: trans.__('started'),
    tags: trans.__('tags')
  };
  return parameterOf(id) ?? metric(id) ?? words[id] ?? id;
}

function textOf(id: string, trans: TranslationBundle): (row: IRow) => string {
  const [named, measured] = [parameterOf(id), metric(id)];
  if (named !== null) {
    return row => {
      const value = valueOf(row.parameters, named);
      return value === undefined ? '' : inWords(value);
    };
  }
  if (measured !== null) {
    return row => {
      const found = measuredOf(row, measured);
      return found?.mean == null ? '' : meanAndError(found).mean;
    };
  }
  const texts: Readonly<Record<string, (row: IRow) => string>> = {
    runs: row => (row.runs > 0 ? String(row.runs) : ''),
    seconds: row => (row.seconds === null ? '' : duration(row.seconds, trans)),
    started: row => clock(row.started ?? row.created),
    tags: row => row.tags.join(', ')
  };
  return texts[id] ?? (() => '');
}

/** The last part of a parameter's name, where no other one ends so. */
function titleOf(id: string, names: readonly string[], trans: TranslationBundle): string {
  const name = columnNames(id, trans);
  const last = lastPart(name);
  const alike = names.filter(one => lastPart(one) === last);
  return parameterOf(id) !== null && alike.length < 2 ? last : name;
}

/** Some columns of a series, by their ids. */
export function columnsOf(
  ids: readonly string[],
  rows: readonly IRow[],
  names: readonly string[],
  trans: TranslationBundle
): readonly IColumn[] {
  const step = Math.max(1, Math.ceil(rows.length / SAMPLE));
  const sample = rows.filter((_, index) => index % step === 0);
  return ids.map(id => {
    const text = textOf(id, trans);
    const title = titleOf(id, names, trans);
    // Beside the title stands the arrow of the order.
    const most = sample.reduce((longest, row) => Math.max(longest, text(row).length), title.length + 3);
    const keys = sample.map(row => keyOf(row, id)).filter(key => key !== null);
    return {
      id,
      name: columnNames(id, trans),
      title,
      numbers:
        id === 'seconds' ||
        (keys.length > 0 && keys.filter(key => typeof key === 'number').length * 2 > keys.length),
      width: Math.min(MOST, Math.max(LEAST, most * CHARACTER + AROUND)),
      text
    };
  });
}

/** All ids that can be chosen: parameters that differ, the others, further metrics, and what every experiment has. */
export function choosable(
  lineage: ILineage,
  shownMetric: string | null,
  spreads: ReadonlyMap<string, ISpread>
): {
  readonly differing: readonly string[];
  readonly same: readonly string[];
  readonly others: readonly string[];
} {
  const all = Array.from(spreads.values());
  const ids = (some: readonly ISpread[]): readonly string[] => some.map(({ name }) => `parameter:${name}`);
  return {
    differing: ids(all.filter(one => one.differs)),
    same: ids(all.filter(one => !one.differs)),
    others: [
      ...lineage.metrics.filter(one => one !== shownMetric).map(one => `metric:${one}`),
      'tags',
      'runs',
      'seconds',
      'started'
    ]
  };
}

/** The columns of a series where nobody chose any: the parameters that were tried most, then time and date. */
export function usualColumns(spreads: ReadonlyMap<string, ISpread>): readonly string[] {
  const tried = Array.from(spreads.values()).filter(one => one.differs);
  return [...tried.slice(0, USUAL).map(({ name }) => `parameter:${name}`), 'runs', 'seconds', 'started'];
}

/** As many of the columns as fit beside what every row has, the first ones first. */
export function fitting(columns: readonly IColumn[], room: number): readonly IColumn[] {
  let left = room - NAME;
  return columns.filter(({ width }) => {
    left -= width + GAP;
    return left >= 0;
  });
}
