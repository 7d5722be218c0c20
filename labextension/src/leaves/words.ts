/** Words: what is shown of an experiment, in words and signs. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Goal, IMeasured, IRow, IVerdict } from '../tokens';

/** How an experiment stands; each has a shape of its own, so that colour is never alone. */
export type Sign =
  | 'improved'
  | 'worse'
  | 'not sure'
  | 'none'
  | 'failed'
  | 'interrupted'
  | 'died'
  | 'damaged'
  | 'running'
  | 'planned';

/** A number as it stands in names: three digits at least. */
export function padded(number: number): string {
  return String(number).padStart(3, '0');
}

/** The note, or what is offered in its place. */
export function titleOf(row: IRow): string {
  return row.note || row.offered;
}

export function measuredOf(row: IRow, metric: string | null): IMeasured | null {
  return (metric === null ? undefined : row.measured[metric]) ?? null;
}

export function verdictOf(row: IRow, metric: string | null): IVerdict | null {
  return (metric === null ? undefined : row.verdicts[metric]) ?? null;
}

/** How an experiment stands in a metric. */
export function signOf(row: IRow, metric: string | null): Sign {
  return row.status === 'finished' ? (verdictOf(row, metric)?.verdict ?? 'none') : row.status;
}

/** A sign in words. */
export function signWords(sign: Sign, trans: TranslationBundle): string {
  const words: Record<Sign, string> = {
    improved: trans.__('improved'),
    worse: trans.__('worse'),
    'not sure': trans.__('not sure'),
    none: trans.__('nothing to compare with'),
    failed: trans.__('failed'),
    interrupted: trans.__('interrupted'),
    died: trans.__('died'),
    damaged: trans.__('damaged'),
    running: trans.__('running'),
    planned: trans.__('not run yet')
  };
  return words[sign];
}

export function arrow(goal: Goal): string {
  return goal === 'max' ? '↑' : '↓';
}

/** Mean and error apart, as they are read together: `0.948` and `±0.002`. */
export function meanAndError(measured: IMeasured): { readonly mean: string; readonly error: string } {
  const [mean = '', error] = measured.shown.split(/\s*±\s*/);
  return { mean, error: error === undefined ? '' : `±${error}` };
}

/** How many repeats are over, of how many. */
export function progress(row: IRow, trans: TranslationBundle): string {
  const { running } = row;
  return running === null ? '' : trans.__('%1 of %2', running.ended, running.repeats);
}

/** A number of seconds as people say it. */
export function duration(seconds: number, trans: TranslationBundle): string {
  if (!Number.isFinite(seconds) || seconds < 0) {
    return '';
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return trans.__('%1 s', seconds < 9.95 ? Math.round(seconds * 10) / 10 : whole);
  }
  if (whole < 3600) {
    return trans.__('%1 min %2 s', Math.floor(whole / 60), whole % 60);
  }
  const minutes = Math.round(seconds / 60);
  return trans.__('%1 h %2 min', Math.floor(minutes / 60), minutes % 60);
}

/** A time of ISO 8601 as it is there where it was written, to the minute. */
export function clock(time: string | null): string {
  return (time ?? '').slice(0, 16).replace('T', ' ');
}

/** How many seconds a run will still take, by what its repeats took so far; `null` before the first is over. */
export function secondsLeft(row: IRow, now: number): number | null {
  const { running } = row;
  const started = Date.parse(running?.started ?? '');
  if (running === null || running.ended === 0 || Number.isNaN(started)) {
    return null;
  }
  const each = Math.max(0, now - started) / 1000 / running.ended;
  return each * Math.max(0, running.repeats - running.ended);
}

/** Mean and standard error of a run's values so far; what is shown of it later comes from the server. */
export function runningMean(values: readonly number[]): { mean: number; sem: number | null } | null {
  const n = values.length;
  if (n === 0) {
    return null;
  }
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sem: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null };
}

/** Everything about a row in words, for who cannot see it. */
export function rowWords(row: IRow, metric: string | null, trans: TranslationBundle): string {
  const measured = measuredOf(row, metric);
  const sign = signOf(row, metric);
  const said = [padded(row.number), titleOf(row), signWords(sign, trans)];
  if (row.running !== null) {
    said.push(trans.__('repeat %1 of %2', row.running.ended, row.running.repeats));
  }
  if (measured !== null && measured.mean !== null) {
    said.push(`${metric ?? ''} ${measured.shown}`, trans._n('%1 repeat', '%1 repeats', measured.n));
  }
  if (row.against !== null && verdictOf(row, metric) !== null) {
    said.push(trans.__('compared with %1', padded(row.against)));
  }
  if (row.tags.length > 0) {
    said.push(trans.__('tags %1', row.tags.join(', ')));
  }
  if (row.star) {
    said.push(trans.__('starred'));
  }
  if (row.warnings > 0) {
    said.push(trans._n('%1 warning', '%1 warnings', row.warnings));
  }
  return said.filter(one => one !== '').join(', ');
}
