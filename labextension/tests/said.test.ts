import assert from 'node:assert/strict';
import { test } from 'node:test';

import { around, sized, tagsOf, told } from '../src/detail/said';
import type { IChange } from '../src/tokens';

const SIZES: readonly (readonly [number, string])[] = [
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [10_700, '10.7 kB'],
  [999_999, '1 MB'],
  [7_890_000, '7.89 MB'],
  [3e15, '3000 TB']
];

for (const [bytes, expected] of SIZES) {
  test(`${bytes} bytes are ${expected}`, () => {
    assert.equal(sized(bytes), expected);
  });
}

const SENTENCES: readonly (readonly [string, number | null, readonly string[] | null])[] = [
  ['Improved on 006 by +4.5 accuracy.', 6, ['Improved on ', '006', ' by +4.5 accuracy.']],
  ['Improved on 006 by +0.006 loss.', 6, ['Improved on ', '006', ' by +0.006 loss.']],
  ['Worse than 1234 by 1.', 1234, ['Worse than ', '1234', ' by 1.']],
  ['Not sure: 006.', 6, ['Not sure: ', '006', '.']],
  ['Improved by +0.0061 accuracy.', 6, null],
  ['Improved on 006.', null, null]
];

for (const [sentence, number, expected] of SENTENCES) {
  test(`in “${sentence}” ${String(number)} is ${expected === null ? 'no' : 'a'} link`, () => {
    assert.deepEqual(around(sentence, number), expected);
  });
}

/** A change with what a row tells of it. */
type Row = readonly [Partial<IChange>, string, string | null, string | null, string | null];

const CHANGES: readonly Row[] = [
  [{ kind: 'parameter', what: 'depth', before: '3', after: '5' }, 'depth', '3', '5', null],
  [{ kind: 'parameter', what: 'depth', before: null, after: '5' }, 'depth', null, '5', null],
  [{ kind: 'added', what: 'StandardScaler()' }, '', null, 'StandardScaler()', null],
  [{ kind: 'removed', what: 'StandardScaler()' }, '', 'StandardScaler()', null, null],
  [{ kind: 'edited', what: '+3 −1 lines', said: 'a.py edited' }, '+3 −1 lines', null, null, 'a.py edited'],
  [{ kind: 'edited', what: 'statements moved', said: '' }, 'statements moved', null, null, 'statements moved']
];

for (const [given, what, before, after, whole] of CHANGES) {
  test(`the change ${given.kind ?? ''} ${given.what ?? ''} stands on its sides`, () => {
    const change: IChange = {
      where: 'cell',
      kind: '',
      what: '',
      before: null,
      after: null,
      said: '',
      ...given
    };
    assert.deepEqual(told(change), { where: 'cell', what, before, after, whole });
  });
}

test('tags are split at commas and spaces, each once, without their sign', () => {
  assert.deepEqual(tagsOf(' #cats, dogs  cats ,,#'), ['cats', 'dogs']);
  assert.deepEqual(tagsOf(''), []);
});
