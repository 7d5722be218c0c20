/** Plain builders of rows and lineages as the server answers them. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ILineage, IMeasured, IRow, IVerdict, Verdict } from '../src/tokens';

function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/%(%|[0-9])/g, (_, which: string) =>
    which === '%' ? '%' : String(values[Number(which) - 1])
  );
}

/** English, as it stands in the code: Jupyter's own translator does not load outside of a bundle. */
export const trans: TranslationBundle = {
  __: (text, ...values: unknown[]) => filled(text, values),
  _n: (one, many, n, ...values: unknown[]) => filled(n === 1 ? one : many, [n, ...values]),
  _p: (_, text, ...values: unknown[]) => filled(text, values),
  _np: (_, one, many, n, ...values: unknown[]) => filled(n === 1 ? one : many, [n, ...values]),
  gettext: (text, ...values: unknown[]) => filled(text, values),
  ngettext: (one, many, n, ...values: unknown[]) => filled(n === 1 ? one : many, [n, ...values]),
  pgettext: (_, text, ...values: unknown[]) => filled(text, values),
  npgettext: (_, one, many, n, ...values: unknown[]) => filled(n === 1 ? one : many, [n, ...values]),
  dcnpgettext: (_, __, one, many, n, ...values: unknown[]) => filled(n === 1 ? one : many, [n, ...values])
};

/** What was measured of a metric. */
export function measured(mean: number, given: Partial<IMeasured> = {}): IMeasured {
  return {
    goal: 'max',
    mean,
    sem: 0.002,
    half: 0.005,
    n: 5,
    failed: 0,
    shown: `${mean} ± 0.002`,
    values: [mean],
    ...given
  };
}

export function verdict(is: Verdict): IVerdict {
  return {
    verdict: is,
    difference: 0.01,
    low: 0.005,
    high: 0.015,
    confidence: 0.95,
    sentence: `It is ${is}.`
  };
}

/** An experiment that finished, as far as nothing else is given. */
export function row(number: number, given: Partial<IRow> = {}): IRow {
  return {
    number,
    parent: null,
    depth: 0,
    last: false,
    note: '',
    offered: '',
    tags: [],
    star: false,
    created: `2026-11-${String(10 + (number % 20)).padStart(2, '0')}T12:00:00+01:00`,
    status: 'finished',
    primary: 'accuracy',
    against: null,
    measured: {},
    verdicts: {},
    running: null,
    runs: 1,
    last_run: null,
    started: null,
    seconds: null,
    warnings: 0,
    notebook: true,
    parameters: {},
    ...given
  };
}

export function lineage(rows: readonly IRow[], given: Partial<ILineage> = {}): ILineage {
  return {
    series: 'cats',
    primary: 'accuracy',
    goal: 'max',
    metrics: ['accuracy', 'val/loss'],
    goals: { accuracy: 'max', 'val/loss': 'min' },
    baseline: null,
    comparisons: '',
    order: rows.map(one => one.number),
    rows,
    gone: [],
    ...given
  };
}

/** A tree of experiments: each entry is a number and its depth, and is read depth first. */
export function tree(...entries: readonly (readonly [number, number, Partial<IRow>?])[]): ILineage {
  const path: number[] = [];
  return lineage(
    entries.map(([number, depth, given]) => {
      path.length = depth;
      const parent = path[depth - 1] ?? null;
      path.push(number);
      return row(number, { depth, parent, ...given });
    })
  );
}
