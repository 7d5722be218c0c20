/** Known: what was read of a place, with what changed since put in. */
import { whole } from './parameters';
import type { IAt, IEdit, ILineage, IOverview, IRow } from '../tokens';

/** All that is known of a place; every lineage holds all its rows, depth first. */
export interface IKnown {
  /** What to ask with next time; `null` before the first answer. */
  readonly revision: string | null;
  readonly series: ReadonlyMap<string, ILineage>;
}

export const NOTHING: IKnown = { revision: null, series: new Map() };

/** A lineage with all its rows in order, from what was known and what changed. */
function mergedLineage(before: ILineage | undefined, after: ILineage): ILineage {
  const rows = new Map((before?.rows ?? []).map(row => [row.number, row]));
  after.gone.forEach(number => rows.delete(number));
  whole(after.rows).forEach(row => rows.set(row.number, row));
  const order = after.order ?? before?.order ?? Array.from(rows.keys()).sort((one, other) => one - other);
  const ordered = order.flatMap(number => rows.get(number) ?? []);
  return { ...after, order: ordered.map(row => row.number), rows: ordered, gone: [] };
}

/** What is known after an answer; rows that did not change stay the same objects. */
export function merged(known: IKnown, answer: IOverview): IKnown {
  const series = new Map(answer.full ? [] : known.series);
  answer.gone.forEach(name => series.delete(name));
  for (const lineage of answer.series) {
    series.set(
      lineage.series,
      mergedLineage(answer.full ? undefined : known.series.get(lineage.series), lineage)
    );
  }
  const sorted = Array.from(series).sort(([one], [other]) => (one < other ? -1 : 1));
  return { revision: answer.revision, series: new Map(sorted) };
}

/** What is known with one row replaced. */
export function withRow(known: IKnown, at: IAt, row: IRow): IKnown {
  const lineage = known.series.get(at.series);
  if (lineage === undefined) {
    return known;
  }
  // An answer to an edit may know less of the tree than the overview.
  const rows = lineage.rows.map(old =>
    old.number === at.number ? { ...row, depth: old.depth, last: old.last } : old
  );
  return { ...known, series: new Map(known.series).set(at.series, { ...lineage, rows }) };
}

/** A lineage as it will be when edits that are under way have gone well. */
export function edited(lineage: ILineage, edits: readonly (readonly [number, IEdit])[]): ILineage {
  if (edits.length === 0) {
    return lineage;
  }
  const rows = lineage.rows.map(row =>
    edits.reduce((done, [number, edit]) => (number === row.number ? { ...done, ...edit } : done), row)
  );
  return { ...lineage, rows };
}

/** A run that was under way and is over. */
export interface IEnded {
  readonly series: string;
  readonly row: IRow;
}

/** The runs that were under way before and are over now. */
export function endedRuns(before: IKnown, after: IKnown): readonly IEnded[] {
  const ended: IEnded[] = [];
  for (const [series, lineage] of after.series) {
    const old = new Map((before.series.get(series)?.rows ?? []).map(row => [row.number, row]));
    for (const row of lineage.rows) {
      const run = old.get(row.number)?.running?.run;
      if (run !== undefined && row.running?.run !== run) {
        ended.push({ series, row });
      }
    }
  }
  return ended;
}

/** A run that is under way. */
export interface IUnderWay {
  readonly series: string;
  readonly row: IRow;
  readonly lineage: ILineage;
}

/** The runs that are under way, the latest first. */
export function underWay(known: IKnown): readonly IUnderWay[] {
  const found = Array.from(known.series.values()).flatMap(lineage =>
    lineage.rows.filter(row => row.running !== null).map(row => ({ series: lineage.series, row, lineage }))
  );
  const started = ({ row }: IUnderWay): number => Date.parse(row.running?.started ?? '') || 0;
  return found.sort((one, other) => started(other) - started(one));
}
