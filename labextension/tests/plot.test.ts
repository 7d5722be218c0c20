import assert from 'node:assert/strict';
import { test } from 'node:test';

import { label, mean, nearest, path, place, range, roomier, steps, ticks, values } from '../src/detail/plot';
import type { Curves } from '../src/detail/plot';

const CURVES: Curves = {
  '1': [
    [0, 1],
    [1, 3],
    [2, null],
    [3, 5]
  ],
  '2': [
    [0, 2],
    [1, 5]
  ]
};

test('the mean stands where at least two repeats have a value', () => {
  assert.deepEqual(mean(CURVES), [
    [0, 1.5],
    [1, 4]
  ]);
  assert.deepEqual(mean({ '1': [[0, 1]] }), []);
});

test('all steps and all finite values of some curves', () => {
  assert.deepEqual(steps(CURVES), [0, 1, 2, 3]);
  assert.deepEqual(values(CURVES), [1, 3, 5, 2, 5]);
  assert.equal(range([]), null);
  assert.deepEqual(range(values(CURVES)), { low: 1, high: 5 });
});

const TICKS: readonly (readonly [number, number, number, readonly number[]])[] = [
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [0.1, 0.34, 4, [0.1, 0.2, 0.3]],
  [0, 39, 4, [0, 10, 20, 30]],
  [-3, 3, 3, [-2, 0, 2]],
  [5, 5, 4, [5]],
  [0.9101, 0.9102, 2, [0.9101, 0.91015, 0.9102]],
  [-1e308, 1e308, 4, [-1e308]]
];

for (const [low, high, wanted, expected] of TICKS) {
  test(`from ${low} to ${high} there are ticks at ${expected.join(', ')}`, () => {
    assert.deepEqual(ticks({ low, high }, wanted), expected);
  });
}

test('a plot has some room at both ends, and none where there is one value', () => {
  assert.deepEqual(roomier({ low: 0, high: 100 }), { low: -4, high: 104 });
  assert.deepEqual(roomier({ low: 7, high: 7 }), { low: 7, high: 7 });
});

const LABELS: readonly (readonly [number, string])[] = [
  [0, '0'],
  [0.1 + 0.2, '0.3'],
  [-0.00012, '-0.00012'],
  [0.00001234, '1.234e-5'],
  [12345678, '1.235e+7'],
  [1e21, '1e+21'],
  [250, '250']
];

for (const [value, expected] of LABELS) {
  test(`${value} is labelled ${expected}`, () => {
    assert.equal(label(value), expected);
  });
}

test('a value has its place between two ends, the middle where all are the same', () => {
  assert.equal(place({ low: 0, high: 10 }, 100, 200)(2.5), 125);
  assert.equal(place({ low: 0, high: 10 }, 200, 100)(2.5), 175);
  assert.equal(place({ low: 3, high: 3 }, 0, 50)(3), 25);
});

test('a path is broken where a value is missing', () => {
  const same = (value: number): number => value;
  assert.equal(path(CURVES['1'] ?? [], same, same), 'M0.0 1.0L1.0 3.0M3.0 5.0');
  assert.equal(path([], same, same), '');
});

test('the nearest step is found, and none where there is none', () => {
  assert.equal(nearest([0, 10, 20], 14), 10);
  assert.equal(nearest([0, 10, 20], 99), 20);
  assert.equal(nearest([], 1), null);
});
