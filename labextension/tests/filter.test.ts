import assert from 'node:assert/strict';
import { test } from 'node:test';

import { filter, terms } from '../src/leaves/filter';
import type { IFiltered } from '../src/leaves/filter';
import { measured, row, verdict } from './build';

const ROWS = [
  row(1, {
    note: 'baseline random forest',
    parameters: { trees: 100, 'model.max_depth': 5, scaled: true, 'CONFIG.size': 3 },
    measured: { accuracy: measured(0.91), 'val/loss': measured(0.3) }
  }),
  row(2, {
    parent: 1,
    note: 'boosting + class weights',
    parameters: {
      trees: 300,
      'model.max_depth': 15,
      'model.class_weight': 'balanced',
      $RATE: '0.1',
      'other.size': 3
    },
    tags: ['paper', 'quick run'],
    star: true,
    runs: 2,
    measured: { accuracy: measured(0.948) },
    verdicts: { accuracy: verdict('improved') }
  }),
  row(3, {
    parent: 1,
    offered: 'boosting in place of forest',
    parameters: { 'model.max_depth': null, scaled: 'flag' },
    status: 'failed',
    warnings: 1,
    measured: { accuracy: measured(0.93) },
    verdicts: { accuracy: verdict('not sure') }
  }),
  row(40, { note: 'Über-Modell "quoted"', status: 'planned', tags: ['Paper'], runs: 0 })
];

const ABOUT: IFiltered = {
  metrics: ['accuracy', 'val/loss'],
  metric: 'accuracy',
  parameters: [
    'trees',
    'model.max_depth',
    'model.class_weight',
    'scaled',
    '$RATE',
    'CONFIG.size',
    'other.size'
  ]
};

const LINES: readonly (readonly [string, readonly number[]])[] = [
  ['', [1, 2, 3, 40]],
  ['   ', [1, 2, 3, 40]],
  ['boosting', [2, 3]],
  ['BOOSTING', [2, 3]],
  ['über', [40]],
  ['"class weights"', [2]],
  ['weights class', [2]],
  ['"weights class"', []],
  ['forest boosting', [3]],
  ['"class wei', [2]],
  ['quick', [2]],
  ['040', [40]],
  ['accuracy>0.93', [2]],
  ['accuracy>=0.93', [2, 3]],
  ['accuracy>=93%', [2, 3]],
  ['accuracy<0.93', [1]],
  ['accuracy<=9.3e-1', [1, 3]],
  ['accuracy=0.93', [3]],
  ['accuracy!=0.93', [1, 2]],
  ['ACCURACY>0.93', [2]],
  ['val/loss<0.5', [1]],
  ['"val/loss"<0.5', [1]],
  ['"val/loss<0.5"', []],
  ['accuracy>0.9 accuracy<0.92', [1]],
  ['#paper', [2, 40]],
  ['#"quick run"', [2]],
  ['#pap', []],
  ['tag:paper', [2, 40]],
  ['verdict:improved', [2]],
  ['verdict:imp', [2]],
  ['verdict:"not sure"', [3]],
  ['verdict:not_sure', [3]],
  ['verdict:none', [1, 40]],
  ['status:failed', [3]],
  ['status:f', [1, 2, 3]],
  ['parent:1', [2, 3]],
  ['parent:none', [1, 40]],
  ['star', [2]],
  ['"star"', []],
  ['-star', [1, 3, 40]],
  ['-boosting', [1, 40]],
  ['-accuracy>0.93', [1, 3, 40]],
  ['-#paper boosting', [3]],
  ['note:boosting', [2]],
  ['note:"class weights"', [2]],
  ['-note:', [3]],
  ['runs>1', [2]],
  ['warnings>0', [3]],
  ['number>=3', [3, 40]],
  ['trees>100', [2]],
  ['trees:100', [1]],
  ['TREES=100', [1]],
  ['trees!=100', [2]],
  ['model.max_depth:5', [1]],
  ['max_depth>=5', [1, 2]],
  ['max_depth:none', [3]],
  ['class_weight:bal', [2]],
  ['class_weight=bal', []],
  ['-class_weight:balanced', [1, 3, 40]],
  ['scaled:true', [1]],
  ['scaled=1', []],
  ['$RATE<0.2', [2]],
  ['rate:0.10', [2]],
  ['size:3', [1, 2]],
  ['-', [40]]
];

for (const [line, numbers] of LINES) {
  test(`"${line}" means ${numbers.join(', ') || 'none'}`, () => {
    const { matches } = filter(line, ABOUT);
    assert.deepEqual(
      ROWS.filter(matches).map(one => one.number),
      numbers
    );
  });
}

const UNKNOWN: readonly (readonly [string, readonly string[]])[] = [
  ['boosting', []],
  ['recall>0.5', ['recall>0.5']],
  ['accuracy>', ['accuracy>']],
  ['accuracy>high', ['accuracy>high']],
  ['accuracy>1e999', ['accuracy>1e999']],
  ['>0.5', ['>0.5']],
  ['verdict:good', ['verdict:good']],
  ['verdict:', ['verdict:']],
  ['status:maybe boosting', ['status:maybe']],
  ['parent:x -foo:bar', ['parent:x', '-foo:bar']],
  ['#', ['#']],
  ['"', ['"']],
  ['--', []],
  ['(.*[+', []],
  ['constructor:x __proto__>1', ['constructor:x', '__proto__>1']],
  ['depth>3 trees:x', ['depth>3']],
  ['trees>many', ['trees>many']]
];

for (const [line, unknown] of UNKNOWN) {
  test(`of "${line}" ${unknown.join(' ') || 'nothing'} is not understood`, () => {
    assert.deepEqual(filter(line, { ...ABOUT, metrics: ['accuracy'] }).unknown, unknown);
  });
}

test('a term that is not understood leaves the others their meaning', () => {
  const { matches, empty } = filter('foo:bar boosting', ABOUT);
  assert.deepEqual(
    ROWS.filter(matches).map(one => one.number),
    [2, 3]
  );
  assert.equal(empty, false);
});

test('only terms that are not understood mean all', () => {
  assert.equal(filter('foo:bar', { metrics: [], metric: null, parameters: [] }).empty, true);
});

test('quotes hold words together, also behind a key', () => {
  assert.deepEqual(terms(' a "b c"  note:"d e" -"f g"'), ['a', '"b c"', 'note:"d e"', '-"f g"']);
});

test('a very long line is read in no time', () => {
  assert.equal(terms('a"'.repeat(50_000)).length, 1);
});
