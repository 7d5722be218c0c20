import assert from 'node:assert/strict';
import { test } from 'node:test';

import { byKey, choosable, columnsOf, fitting, keyOf, usualColumns, WIDE } from '../src/leaves/columns';
import { spread } from '../src/leaves/parameters';
import { shownRows } from '../src/leaves/rows';
import { lineage, measured, row, trans } from './build';

const ROWS = [
  row(1, {
    parameters: { 'model.max_depth': 3, kernel: 'rbf', fixed: 1 },
    measured: { accuracy: measured(0.9), 'val/loss': measured(0.4) },
    seconds: 130,
    tags: ['b', 'a']
  }),
  row(2, { parent: 1, parameters: { 'model.max_depth': 12, kernel: 'linear', fixed: 1 }, seconds: 7 }),
  row(3, { parent: 1, parameters: { 'model.max_depth': null, kernel: 'rbf', fixed: 1 }, tags: ['c'] }),
  row(4, { parent: 3, status: 'planned' })
];
const SERIES = lineage(ROWS);
const SPREADS = spread(ROWS);
const NAMES = Array.from(SPREADS.keys());

const ORDERS: readonly (readonly [string, boolean, readonly number[]])[] = [
  ['parameter:model.max_depth', false, [1, 2, 3, 4]],
  ['parameter:model.max_depth', true, [3, 2, 1, 4]],
  ['parameter:kernel', false, [2, 1, 3, 4]],
  ['metric:val/loss', false, [1, 2, 3, 4]],
  ['seconds', false, [2, 1, 3, 4]],
  ['tags', true, [3, 1, 2, 4]],
  ['nonsense', true, [1, 2, 3, 4]]
];

for (const [column, down, numbers] of ORDERS) {
  test(`by ${column}, ${down ? 'the largest' : 'the smallest'} first, what has none comes last`, () => {
    const shown = shownRows(SERIES, {
      sort: 'column',
      order: { column, down },
      metric: 'accuracy',
      matches: null,
      folded: new Set()
    });
    assert.deepEqual(
      shown.map(one => one.row.number),
      numbers
    );
  });
}

test('numbers in words are told apart as numbers', () => {
  assert.deepEqual(
    ['x10', 'x9', 3, null, 20].sort((one, other) => byKey(one, other, false)),
    [3, 20, 'x9', 'x10', null]
  );
});

test('a parameter of such a name as every object has is no parameter of all', () => {
  assert.equal(keyOf(row(1), 'parameter:constructor'), null);
});

test('a column is called by the last part of a name that no other shares', () => {
  const ids = ['parameter:model.max_depth', 'metric:val/loss', 'seconds'];
  const titles = (names: readonly string[]): readonly string[] =>
    columnsOf(ids, ROWS, names, trans).map(one => one.title);
  assert.deepEqual(titles(NAMES), ['max_depth', 'val/loss', 'time']);
  assert.deepEqual(titles([...NAMES, 'other.max_depth']), ['model.max_depth', 'val/loss', 'time']);
});

test('cells read as people say it', () => {
  const ids = [
    'parameter:model.max_depth',
    'parameter:kernel',
    'metric:val/loss',
    'seconds',
    'tags',
    'runs',
    'x'
  ];
  const columns = columnsOf(ids, ROWS, NAMES, trans);
  const [first, , third, planned] = ROWS;
  const read = (one: typeof first): readonly string[] =>
    one === undefined ? [] : columns.map(column => column.text(one));
  assert.deepEqual(read(first), ['3', 'rbf', '0.4', '2 min 10 s', 'b, a', '1', '']);
  assert.equal(read(third)[0], 'None');
  assert.equal(read(planned)[0], '');
  assert.deepEqual(
    columns.map(one => one.numbers),
    [true, false, true, true, false, true, false]
  );
});

test('where nobody chose there is what was tried, then times', () => {
  assert.deepEqual(usualColumns(SPREADS), [
    'parameter:model.max_depth',
    'parameter:kernel',
    'runs',
    'seconds',
    'started'
  ]);
  const { differing, same, others } = choosable(SERIES, 'accuracy', SPREADS);
  assert.equal(differing.length, 2);
  assert.deepEqual(same, ['parameter:fixed']);
  assert.deepEqual(others, ['metric:val/loss', 'tags', 'runs', 'seconds', 'started']);
});

test('of many columns the first ones are shown, as far as there is room', () => {
  const columns = columnsOf(usualColumns(SPREADS), ROWS, NAMES, trans);
  assert.deepEqual(fitting(columns, 0), []);
  assert.deepEqual(
    fitting(columns, WIDE - 150).map(one => one.id),
    ['parameter:model.max_depth', 'parameter:kernel']
  );
  assert.equal(fitting(columns, 2000).length, columns.length);
});
