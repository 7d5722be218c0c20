import assert from 'node:assert/strict';
import { test } from 'node:test';

import { named } from '../src/leaves/names';
import {
  duration,
  meanAndError,
  padded,
  rowWords,
  runningMean,
  secondsLeft,
  signOf,
  signWords
} from '../src/leaves/words';
import type { Sign } from '../src/leaves/words';
import type { IRow } from '../src/tokens';
import { measured, row, trans, verdict } from './build';

test('numbers have three digits or more', () => {
  assert.deepEqual([1, 42, 999, 1234].map(padded), ['001', '042', '999', '1234']);
});

const SIGNS: readonly (readonly [Sign, Partial<IRow>])[] = [
  ['improved', { verdicts: { accuracy: verdict('improved') } }],
  ['worse', { verdicts: { accuracy: verdict('worse') } }],
  ['not sure', { verdicts: { accuracy: verdict('not sure') } }],
  ['none', {}],
  ['failed', { status: 'failed', verdicts: { accuracy: verdict('improved') } }],
  ['interrupted', { status: 'interrupted' }],
  ['died', { status: 'died' }],
  ['damaged', { status: 'damaged' }],
  ['running', { status: 'running' }],
  ['planned', { status: 'planned' }]
];

for (const [sign, given] of SIGNS) {
  test(`an experiment that is ${sign} has a sign and a word for it`, () => {
    assert.equal(signOf(row(1, given), 'accuracy'), sign);
    assert.notEqual(signWords(sign, trans), '');
  });
}

test('a verdict in one metric is none in another', () => {
  assert.equal(signOf(row(1, { verdicts: { accuracy: verdict('improved') } }), 'loss'), 'none');
});

test('a row says everything in words', () => {
  const said = rowWords(
    row(9, {
      note: 'class weights',
      tags: ['paper'],
      star: true,
      warnings: 2,
      against: 6,
      measured: { accuracy: measured(0.948, { n: 10 }) },
      verdicts: { accuracy: verdict('improved') }
    }),
    'accuracy',
    trans
  );
  assert.equal(
    said,
    '009, class weights, improved, accuracy 0.948 ± 0.002, 10 repeats, compared with 006, tags paper, starred, 2 warnings'
  );
});

test('a running row says how far it is', () => {
  const running = { run: 'r', repeats: 5, ended: 2, started: '', values: {} };
  assert.match(rowWords(row(1, { status: 'running', running }), null, trans), /running, repeat 2 of 5/);
});

test('mean and error are told apart', () => {
  assert.deepEqual(meanAndError(measured(0.9, { shown: '0.900 ± 0.002' })), {
    mean: '0.900',
    error: '±0.002'
  });
  assert.deepEqual(meanAndError(measured(0.9, { shown: '0.9' })), { mean: '0.9', error: '' });
});

const DURATIONS: readonly (readonly [number, string])[] = [
  [0, '0 s'],
  [1.26, '1.3 s'],
  [9.97, '10 s'],
  [59.4, '59 s'],
  [130, '2 min 10 s'],
  [3600, '1 h 0 min'],
  [90_000, '25 h 0 min'],
  [-1, ''],
  [NaN, '']
];

for (const [seconds, said] of DURATIONS) {
  test(`${seconds} seconds are "${said}"`, () => {
    assert.equal(duration(seconds, trans), said);
  });
}

test('the time left follows from the repeats that are over', () => {
  const started = '2026-11-26T12:00:00Z';
  const now = Date.parse(started) + 30_000;
  const running = { run: 'r', repeats: 5, ended: 2, started, values: {} };
  assert.equal(secondsLeft(row(1, { running }), now), 45);
  assert.equal(secondsLeft(row(1, { running: { ...running, ended: 0 } }), now), null);
  assert.equal(secondsLeft(row(1, { running: { ...running, started: 'soon' } }), now), null);
  // A server whose clock is ahead.
  assert.equal(secondsLeft(row(1, { running }), now - 60_000), 0);
  assert.equal(secondsLeft(row(1), now), null);
});

test('the mean of a running experiment needs one value, its error two', () => {
  assert.equal(runningMean([]), null);
  assert.deepEqual(runningMean([2]), { mean: 2, sem: null });
  assert.deepEqual(runningMean([1, 3]), { mean: 2, sem: 1 });
});

const NAMES: readonly (readonly [string, string, number | null])[] = [
  ['cats_009.ipynb', 'cats', 9],
  ['cats_1234.ipynb', 'cats', 1234],
  ['a_b_001.ipynb', 'a_b', 1],
  ['cats.ipynb', 'cats', null],
  ['cats_09.ipynb', 'cats_09', null],
  ['cats_0009.ipynb', 'cats_0009', null],
  ['cats_000.ipynb', 'cats_000', null],
  ['cats_009-Copy1.ipynb', 'cats_009-Copy1', null],
  ['_009.ipynb', '_009', null],
  ['cats_٠٠٩.ipynb', 'cats_٠٠٩', null]
];

for (const [file, series, number] of NAMES) {
  test(`${file} is ${number ?? 'a draft'} of ${series}`, () => {
    assert.deepEqual(named(file), { series, number });
  });
}
