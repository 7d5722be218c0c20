import assert from 'node:assert/strict';
import { test } from 'node:test';

import { edited, endedRuns, merged, NOTHING, underWay, withRow } from '../src/leaves/known';
import type { IKnown } from '../src/leaves/known';
import type { ILineage, IOverview, IRow, IRunning } from '../src/tokens';
import { lineage, row, tree } from './build';

function answer(series: readonly ILineage[], given: Partial<IOverview> = {}): IOverview {
  return { revision: '1', full: false, series, gone: [], ...given };
}

function numbers(known: IKnown, series = 'cats'): readonly number[] | undefined {
  return known.series.get(series)?.rows.map(one => one.number);
}

const FIRST = merged(NOTHING, answer([tree([1, 0], [3, 1], [2, 0])], { full: true }));

test('the first answer is all that is known', () => {
  assert.deepEqual(numbers(FIRST), [1, 3, 2]);
  assert.equal(FIRST.revision, '1');
});

test('a changed row takes the place of the old one, and the others stay the same objects', () => {
  const changed = row(3, { depth: 1, parent: 1, note: 'new' });
  const known = merged(FIRST, answer([lineage([changed], { order: null })], { revision: '2' }));
  assert.deepEqual(numbers(known), [1, 3, 2]);
  assert.equal(known.series.get('cats')?.rows[1], changed);
  assert.equal(known.series.get('cats')?.rows[0], FIRST.series.get('cats')?.rows[0]);
  assert.equal(known.revision, '2');
});

test('a new row stands where the order says', () => {
  const known = merged(FIRST, answer([lineage([row(4, { depth: 1 })], { order: [1, 3, 4, 2] })]));
  assert.deepEqual(numbers(known), [1, 3, 4, 2]);
});

test('a row that is gone is gone, with and without a new order', () => {
  assert.deepEqual(numbers(merged(FIRST, answer([lineage([], { order: null, gone: [3] })]))), [1, 2]);
  assert.deepEqual(numbers(merged(FIRST, answer([lineage([], { order: [2], gone: [1, 3] })]))), [2]);
});

test('a full answer replaces all', () => {
  const known = merged(FIRST, answer([lineage([row(7)], { series: 'dogs' })], { full: true }));
  assert.deepEqual(Array.from(known.series.keys()), ['dogs']);
});

test('series come in order of their names, and go', () => {
  const more = merged(
    FIRST,
    answer([lineage([row(1)], { series: 'dogs' }), lineage([row(1)], { series: 'ants' })])
  );
  assert.deepEqual(Array.from(more.series.keys()), ['ants', 'cats', 'dogs']);
  assert.deepEqual(Array.from(merged(more, answer([], { gone: ['cats'] })).series.keys()), ['ants', 'dogs']);
});

test('an order that names unknown numbers shows those that are known', () => {
  assert.deepEqual(numbers(merged(FIRST, answer([lineage([], { order: [9, 2, 1, 3] })]))), [2, 1, 3]);
});

test('the answer to an edit replaces the row, not its place in the tree', () => {
  const known = withRow(FIRST, { place: 'p', series: 'cats', number: 3 }, row(3, { note: 'edited' }));
  const found = known.series.get('cats')?.rows[1];
  assert.deepEqual([found?.note, found?.depth], ['edited', 1]);
  assert.equal(withRow(FIRST, { place: 'p', series: 'dogs', number: 3 }, row(3)), FIRST);
});

test('edits that are under way are shown in their order', () => {
  const shown = edited(lineage([row(1), row(2)]), [
    [1, { note: 'a', star: true }],
    [1, { note: 'b' }]
  ]);
  assert.deepEqual([shown.rows[0]?.note, shown.rows[0]?.star, shown.rows[1]?.note], ['b', true, '']);
});

function running(run: string, started = ''): Partial<IRow> & { readonly running: IRunning } {
  return { status: 'running', running: { run, repeats: 5, ended: 1, started, values: {} } };
}

function with_(...rows: readonly IRow[]): IKnown {
  return merged(NOTHING, answer([lineage(rows)], { full: true }));
}

test('a run that was under way and is not any more is over', () => {
  assert.deepEqual(
    endedRuns(with_(row(1, running('a')), row(2, running('b'))), with_(row(1), row(2, running('b')))).map(
      one => one.row.number
    ),
    [1]
  );
});

test('a run that follows at once ends the one before', () => {
  assert.equal(endedRuns(with_(row(1, running('a'))), with_(row(1, running('b')))).length, 1);
});

test('what is known for the first time, or gone, has not ended', () => {
  assert.deepEqual(endedRuns(NOTHING, with_(row(1))), []);
  assert.deepEqual(endedRuns(with_(row(1, running('a'))), NOTHING), []);
});

test('of what is under way the latest comes first', () => {
  const known = with_(
    row(1, running('a', '2026-11-26T12:00:00Z')),
    row(2, running('b', '2026-11-26T13:00:00Z'))
  );
  assert.deepEqual(
    underWay(known).map(one => one.row.number),
    [2, 1]
  );
});
