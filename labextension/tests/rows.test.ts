import assert from 'node:assert/strict';
import { test } from 'node:test';

import { indent, lines, shownRows } from '../src/leaves/rows';
import type { IShown, IView } from '../src/leaves/rows';
import { lineage, measured, row, tree } from './build';

const ALL: IView = { sort: 'number', metric: 'accuracy', matches: null, folded: new Set() };
const FAMILY = tree([1, 0], [2, 1], [4, 2], [6, 3], [5, 2], [3, 1], [7, 0]);

function numbers(shown: readonly IShown[]): readonly number[] {
  return shown.map(one => one.row.number);
}

/** The lines of each row, as they would be drawn: `|` runs on, `.` does not. */
function drawn(shown: readonly IShown[]): readonly string[] {
  return shown.map((_, index) =>
    lines(shown, index)
      .map(on => (on ? '|' : '.'))
      .join('')
  );
}

test('by number the tree is shown as it comes', () => {
  const shown = shownRows(FAMILY, ALL);
  assert.deepEqual(numbers(shown), [1, 2, 4, 6, 5, 3, 7]);
  assert.deepEqual(
    shown.map(one => one.parent),
    [-1, 0, 1, 2, 1, 0, -1]
  );
  assert.deepEqual(
    shown.map(one => [one.position, one.siblings]),
    [
      [1, 2],
      [1, 2],
      [1, 2],
      [1, 1],
      [2, 2],
      [2, 2],
      [2, 2]
    ]
  );
});

test('a line runs on where siblings follow', () => {
  assert.deepEqual(drawn(shownRows(FAMILY, ALL)), ['', '|', '||', '||.', '|.', '.', '']);
});

test('what is folded away is counted', () => {
  const shown = shownRows(FAMILY, { ...ALL, folded: new Set([2]) });
  assert.deepEqual(numbers(shown), [1, 2, 3, 7]);
  assert.deepEqual(
    shown.map(one => one.folded),
    [0, 3, 0, 0]
  );
  assert.deepEqual(drawn(shown), ['', '|', '.', '']);
});

test('of two folded ancestors the upper one counts all', () => {
  const shown = shownRows(FAMILY, { ...ALL, folded: new Set([1, 2, 4]) });
  assert.deepEqual(numbers(shown), [1, 7]);
  assert.equal(shown[0]?.folded, 5);
});

test('an experiment without children folds nothing', () => {
  const shown = shownRows(FAMILY, { ...ALL, folded: new Set([6, 7]) });
  assert.deepEqual(
    shown.map(one => one.folds),
    [true, true, true, false, false, false, false]
  );
});

test('ancestors of what is meant stay, but are not meant', () => {
  const shown = shownRows(FAMILY, { ...ALL, matches: one => one.number === 6, folded: new Set([1]) });
  assert.deepEqual(
    shown.map(one => [one.row.number, one.matches]),
    [
      [1, false],
      [2, false],
      [4, false],
      [6, true]
    ]
  );
  assert.deepEqual(drawn(shown), ['', '.', '..', '...']);
});

test('nothing that is meant is an empty list', () => {
  assert.deepEqual(shownRows(FAMILY, { ...ALL, matches: () => false }), []);
  assert.deepEqual(shownRows(lineage([]), ALL), []);
});

test('a depth that skips levels hangs on what is above it', () => {
  const shown = shownRows(lineage([row(1, { depth: 3 }), row(2, { depth: 9 }), row(3, { depth: -1 })]), ALL);
  assert.deepEqual(
    shown.map(one => [one.depth, one.parent]),
    [
      [0, -1],
      [1, 0],
      [0, -1]
    ]
  );
});

const VALUES = lineage([
  row(1, {
    started: '2026-11-20T10:00:00+01:00',
    measured: { accuracy: measured(0.9), 'val/loss': measured(0.4) }
  }),
  row(2, { started: '2026-11-22T10:00:00+01:00', measured: { accuracy: measured(0.95) } }),
  row(3, { started: null, created: '2026-11-21T10:00:00+01:00', depth: 1, parent: 2 }),
  row(4, {
    started: 'nonsense',
    created: '',
    measured: { accuracy: measured(0.9), 'val/loss': measured(0.2) }
  })
]);

const ORDERS: readonly (readonly [string, Partial<IView>, readonly number[]])[] = [
  ['the highest first where higher is better', { sort: 'value' }, [2, 1, 4, 3]],
  ['the lowest first where lower is better', { sort: 'value', metric: 'val/loss' }, [4, 1, 2, 3]],
  ['the latest first', { sort: 'time' }, [2, 3, 1, 4]],
  ['by number without a metric', { sort: 'value', metric: null }, [1, 2, 3, 4]],
  ['only what is meant', { sort: 'value', matches: one => one.number > 2 }, [4, 3]]
];

for (const [name, view, order] of ORDERS) {
  test(`sorted, there is ${name}, and no tree`, () => {
    const shown = shownRows(VALUES, { ...ALL, ...view });
    assert.deepEqual(numbers(shown), order);
    assert.ok(shown.every(one => one.depth === 0 && one.parent === -1 && one.siblings === order.length));
  });
}

test('ten thousand in one line are shown quickly and to the end', () => {
  const deep = tree(...Array.from({ length: 10_000 }, (_, index) => [index + 1, index] as const));
  const shown = shownRows(deep, ALL);
  assert.equal(shown.length, 10_000);
  assert.equal(lines(shown, 9_999).length, 9_999);
});

const INDENTS: readonly (readonly [number, number, number])[] = [
  [0, 320, 0],
  [3, 320, 13],
  [20, 320, 4.8],
  [200, 300, 0.45]
];

for (const [depth, width, step] of INDENTS) {
  test(`${depth} levels in ${width} pixels are set in by ${step} each`, () => {
    assert.ok(Math.abs(indent(depth, width) - step) < 1e-9);
  });
}
