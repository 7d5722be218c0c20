import assert from 'node:assert/strict';
import { test } from 'node:test';

import { scaleOf, spot } from '../src/leaves/scale';

const CLOSE = [0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96];

const SCALES: readonly (readonly [string, readonly number[], readonly [number, number] | null])[] = [
  ['nothing', [], null],
  ['nothing finite', [NaN, Infinity, -Infinity], null],
  ['one value', [0.5], [0.5, 0.5]],
  ['the same value', [0.5, 0.5, 0.5], [0.5, 0.5]],
  ['some values', CLOSE, [0.9, 0.96]],
  ['one far out below', [0.1, ...CLOSE], [0.9, 0.96]],
  ['one far out above', [...CLOSE, 1e9], [0.9, 0.96]],
  ['two groups of one size', [0.1, 0.11, 0.9, 0.91], [0.1, 0.91]],
  ['one that differs from many equal ones', [1, 1, 1, 1, 1, 2], [1, 2]],
  ['huge values', [-1e308, 1e308], [-1e308, 1e308]],
  ['tiny values', [1e-320, 2e-320], [1e-320, 2e-320]]
];

for (const [name, values, ends] of SCALES) {
  test(`the scale of ${name} is ${ends?.join(' to ') ?? 'none'}`, () => {
    assert.deepEqual(scaleOf(values), ends === null ? null : { low: ends[0], high: ends[1] });
  });
}

const SPOTS: readonly (readonly [number, number, number, number, boolean])[] = [
  [0, 1, 0, 0, false],
  [0, 1, 1, 1, false],
  [0, 1, 0.25, 0.25, false],
  [0, 1, -3, 0, true],
  [0, 1, 3, 1, true],
  [5, 5, 5, 0.5, false],
  [5, 5, 6, 1, true],
  [-1e308, 1e308, 0, 0.5, false],
  [0, 2e-323, 1e-323, 0.5, false]
];

for (const [low, high, value, at, beyond] of SPOTS) {
  test(`${value} stands at ${at} from ${low} to ${high}${beyond ? ', marked' : ''}`, () => {
    const found = spot({ low, high }, value);
    assert.ok(Math.abs(found.at - at) < 1e-9, String(found.at));
    assert.equal(found.beyond, beyond);
  });
}

test('every value has a spot between 0 and 1', () => {
  for (const values of [CLOSE, [-1e308, 0, 1e308], [1e-320, 3e-320], [1, 1 + Number.EPSILON]]) {
    const scale = scaleOf(values);
    assert.ok(scale !== null);
    for (const value of [...values, -Infinity, Infinity]) {
      const { at } = spot(scale, value);
      assert.ok(at >= 0 && at <= 1, `${value} at ${at}`);
    }
  }
});

test('a million values have a scale', () => {
  const values = Array.from({ length: 1_000_000 }, (_, index) => index / 1_000_000);
  assert.deepEqual(scaleOf(values), { low: 0, high: 0.999999 });
});
