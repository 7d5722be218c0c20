import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compared } from '../src/wide/pieces';

const LINES: readonly (readonly [string, string, string, string])[] = [
  ['a = 1', 'a = 2', 'a = [1]', 'a = [2]'],
  ['f(x, depth=3)', 'f(x, depth=5, k=1)', 'f(x, depth=[3])', 'f(x, depth=[5, k=1])'],
  ['x = max_depth', 'x = max(1, max_depth)', 'x = max_depth', 'x = [max(1, ]max_depth[)]'],
  ['same', 'same', 'same', 'same'],
  ['alpha beta gamma', 'one two three', 'alpha beta gamma', 'one two three'],
  ['', 'new', '', 'new'],
  ['return grün', 'return grau', 'return [grün]', 'return [grau]']
];

for (const [before, after, left, right] of LINES) {
  test(`“${before}” beside “${after}”`, () => {
    const shown = compared(before, after).map(pieces =>
      pieces.map(piece => (piece.marked ? `[${piece.text}]` : piece.text)).join('')
    );
    assert.deepEqual(shown, [left, right]);
  });
}

test('pieces joined are the lines', () => {
  const [before, after] = ['  if a[0] != "x y":\t# note', '  if b[1] != "x  z": pass'];
  const [left, right] = compared(before, after);
  assert.equal(left.map(one => one.text).join(''), before);
  assert.equal(right.map(one => one.text).join(''), after);
});

test('very long lines are compared without looking at every pair of words', () => {
  const long = Array.from({ length: 20_000 }, (_, i) => `w${i}`).join(' ');
  const [left] = compared(`start ${long} end`, `start ${long.replace(/w/gu, 'v')} end`);
  assert.equal(left.map(one => one.text).join(''), `start ${long} end`);
});
