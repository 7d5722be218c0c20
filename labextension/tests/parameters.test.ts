import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inWords, lastPart, meantBy, spread, whole } from '../src/leaves/parameters';
import type { IRow, Value } from '../src/tokens';
import { row } from './build';

const WORDS: readonly (readonly [Value, string])[] = [
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [0.1, '0.1'],
  [300, '300'],
  ['balanced', 'balanced']
];

for (const [value, words] of WORDS) {
  test(`${JSON.stringify(value)} reads ${words}`, () => {
    assert.equal(inWords(value), words);
  });
}

const ANSWER = [
  row(1, { parameters: { trees: 100, depth: 3 } }),
  row(2, { parent: 1, parameters: { trees: 300 } }),
  row(3, { parent: 2, parameters: { rate: 0.1 }, lacks: ['depth'] }),
  row(4, { parent: 2, parameters: {} }),
  row(5, { parent: 9, parameters: { trees: 7 } })
];

test('a row tells what its parent is not, and is whole after it', () => {
  assert.deepEqual(
    whole(ANSWER).map(one => one.parameters),
    [
      { trees: 100, depth: 3 },
      { trees: 300, depth: 3 },
      { trees: 300, rate: 0.1 },
      { trees: 300, depth: 3 },
      { trees: 7 }
    ]
  );
  assert.ok(whole(ANSWER).every(one => !('lacks' in one)));
});

test('those that are set alike share one object', () => {
  const rows = whole(ANSWER);
  assert.equal(rows[3]?.parameters, rows[1]?.parameters);
});

test('a row that has nothing to be made whole stays the same object', () => {
  const [first, last] = [ANSWER[0], ANSWER[4]];
  assert.ok(first !== undefined && last !== undefined);
  assert.deepEqual(whole([first, last]).map(Boolean), [true, true]);
  assert.equal(whole([first])[0], first);
  assert.equal(whole([last])[0], last);
});

test('of a server that tells none there are none', () => {
  const old = Object.entries(row(1)).filter(([name]) => name !== 'parameters');
  assert.deepEqual(whole([Object.fromEntries(old) as unknown as IRow])[0]?.parameters, {});
});

test('what changes most often comes first, and what is alike does not differ', () => {
  const rows = whole([...ANSWER, row(6, { status: 'planned' })]);
  const found = spread(rows);
  assert.deepEqual(
    Array.from(found.values(), one => [one.name, one.differs, one.changes]),
    [
      ['trees', true, 1],
      ['depth', true, 0],
      ['rate', true, 0]
    ]
  );
  assert.equal(spread([row(1, { parameters: { a: 1 } }), row(2)]).get('a')?.differs, false);
});

const NAMES = ['model.max_depth', 'max_depth', 'CONFIG.size', 'other.size', '$RATE', 'rates', 'Size'];
const MEANT: readonly (readonly [string, readonly string[]])[] = [
  ['max_depth', ['max_depth']],
  ['model.max_depth', ['model.max_depth']],
  ['size', ['Size']],
  ['CONFIG.SIZE', ['CONFIG.size']],
  ['depth', []],
  ['rate', ['$RATE']],
  ['', []]
];

for (const [asked, names] of MEANT) {
  test(`"${asked}" means ${names.join(', ') || 'none'}`, () => {
    assert.deepEqual(meantBy(asked, NAMES), names);
  });
}

test('people call a parameter by the last part of its name', () => {
  assert.deepEqual(['a.b.c', 'c', 'a.', '$X'].map(lastPart), ['c', 'c', 'a.', '$X']);
});
