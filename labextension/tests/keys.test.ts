import assert from 'node:assert/strict';
import { test } from 'node:test';

import { step, typeAhead } from '../src/leaves/keys';
import type { Step } from '../src/leaves/keys';
import { shownRows } from '../src/leaves/rows';
import { tree } from './build';

const NOTES = tree(
  [1, 0, { note: 'baseline' }],
  [2, 1, { note: 'boosting' }],
  [4, 2, { offered: 'more trees' }],
  [3, 1, { note: 'Bagging' }],
  [12, 0, { note: 'linear' }],
  [120, 0, { note: 'linear again' }]
);
const OPEN = shownRows(NOTES, { sort: 'number', metric: null, matches: null, folded: new Set() });
const FOLDED = shownRows(NOTES, { sort: 'number', metric: null, matches: null, folded: new Set([2]) });

const STEPS: readonly (readonly [string, number, Step])[] = [
  ['ArrowDown', 0, { to: 1 }],
  ['ArrowDown', 5, { to: 5 }],
  ['ArrowDown', -1, { to: 0 }],
  ['ArrowUp', 0, { to: 0 }],
  ['ArrowUp', -1, { to: 5 }],
  ['Home', 3, { to: 0 }],
  ['End', 0, { to: 5 }],
  ['PageDown', 1, { to: 4 }],
  ['PageDown', 4, { to: 5 }],
  ['PageUp', 4, { to: 1 }],
  ['ArrowRight', 1, { to: 2 }],
  ['ArrowRight', 2, null],
  ['ArrowLeft', 1, { fold: 2 }],
  ['ArrowLeft', 2, { to: 1 }],
  ['ArrowLeft', 4, null],
  ['Tab', 1, null]
];

for (const [key, active, wanted] of STEPS) {
  test(`${key} in row ${active} leads to ${JSON.stringify(wanted)}`, () => {
    assert.deepEqual(step(key, OPEN, active, 3), wanted);
  });
}

test('the right arrow shows what is folded away, the left one goes to the parent', () => {
  assert.deepEqual(step('ArrowRight', FOLDED, 1, 3), { unfold: 2 });
  assert.deepEqual(step('ArrowLeft', FOLDED, 1, 3), { to: 0 });
});

test('no key leads anywhere in an empty list', () => {
  for (const key of ['ArrowDown', 'ArrowUp', 'Home', 'End', 'PageDown', 'ArrowLeft', 'ArrowRight']) {
    assert.equal(step(key, [], -1, 3), null);
  }
  assert.equal(typeAhead([], -1, 'b'), -1);
});

const TYPED: readonly (readonly [string, number, number])[] = [
  ['b', 0, 1],
  ['b', 1, 3],
  ['b', 3, 0],
  ['bb', 1, 3],
  ['ba', 0, 0],
  ['bag', 0, 3],
  ['BO', 0, 1],
  ['more', 0, 2],
  ['3', 0, 3],
  ['003', 0, 3],
  ['12', 0, 4],
  ['120', 4, 5],
  ['0', 0, 1],
  ['zebra', 0, -1]
];

for (const [typed, active, wanted] of TYPED) {
  test(`"${typed}" typed in row ${active} leads to row ${wanted}`, () => {
    assert.equal(typeAhead(OPEN, active, typed), wanted);
  });
}
