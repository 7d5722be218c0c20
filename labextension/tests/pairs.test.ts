import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ICellDiff, IDiffLine } from '../src/tokens';
import {
  counted,
  everything,
  grouped,
  MOST_AT_ONCE,
  MOST_CHANGED,
  paired,
  stretches,
  swapped
} from '../src/wide/pairs';

/** Lines as a diff prints them: ` same`, `-removed`, `+added`; numbered on either side. */
function lines(...texts: readonly string[]): readonly IDiffLine[] {
  const at = { left: 0, right: 0 };
  return texts.map(text => {
    const kind = text.startsWith('-') ? 'removed' : text.startsWith('+') ? 'added' : 'same';
    const left = kind === 'added' ? null : ++at.left;
    const right = kind === 'removed' ? null : ++at.right;
    return { kind, left, right, text: text.slice(1) };
  });
}

function cell(kind: ICellDiff['kind'], ...texts: readonly string[]): ICellDiff {
  return { kind, where: 'cell', lines: lines(...texts) };
}

/** So many lines that are alike. */
function alike(n: number): readonly string[] {
  return Array.from({ length: n }, (_, i) => ` ${i}`);
}

/** Both sides of each pair. */
function sides(...texts: readonly string[]): readonly string[] {
  return paired(lines(...texts)).map(({ left, right }) => `${left?.text ?? ''}|${right?.text ?? ''}`);
}

/** Stretches as their length, folded ones in brackets. */
function folds(...texts: readonly string[]): string {
  return stretches(paired(lines(...texts)))
    .map(({ folded, pairs }) => (folded ? `[${pairs.length}]` : String(pairs.length)))
    .join(' ');
}

test('what was removed stands beside what was added in its place', () => {
  assert.deepEqual(sides(' a', '-b', '-c', '+d', ' e', '+f'), ['a|a', 'b|d', 'c|', 'e|e', '|f']);
  assert.deepEqual(sides('+a', '-b'), ['b|a']);
  assert.deepEqual(sides(), []);
});

const FOLDS: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing', [], ''],
  ['a few lines alike', [...alike(2), '-x', ...alike(2)], '2 1 2'],
  ['many lines alike before a change', [...alike(20), '-x'], '[17] 3 1'],
  ['many lines alike after a change', ['-x', ...alike(20)], '1 3 [17]'],
  ['many lines alike between changes', ['-x', ...alike(20), '+y'], '1 3 [14] 3 1'],
  ['lines between changes not worth a fold', ['-x', ...alike(9), '+y'], '1 9 1'],
  ['only lines alike', alike(20), '[20]']
];

for (const [what, given, expected] of FOLDS) {
  test(`folded: ${what}`, () => {
    assert.equal(folds(...given), expected);
  });
}

test('the rest of a very long change is folded too', () => {
  const changed = Array.from({ length: MOST_CHANGED + 50 }, () => '+x');
  assert.equal(folds(...changed), `${MOST_CHANGED} [50]`);
});

test('of all lines so many are drawn at once', () => {
  const pairs = paired(lines(...alike(2 * MOST_AT_ONCE + 1)));
  assert.deepEqual(
    everything(pairs).map(one => [one.folded, one.pairs.length]),
    [
      [false, MOST_AT_ONCE],
      [true, MOST_AT_ONCE],
      [true, 1]
    ]
  );
  assert.deepEqual(everything([]), []);
});

test('swapped, sides and signs change places, and what is removed stands first', () => {
  const turned = swapped(cell('edited', ' a', '-b', '+c', '+d', ' e'));
  assert.deepEqual(
    turned.lines.map(line => [line.kind, line.text, line.left, line.right]),
    [
      ['same', 'a', 1, 1],
      ['removed', 'c', 2, null],
      ['removed', 'd', 3, null],
      ['added', 'b', null, 2],
      ['same', 'e', 4, 3]
    ]
  );
  assert.equal(swapped(cell('added', '+a')).kind, 'removed');
});

test('swapped twice is as before', () => {
  const before = cell('edited', '-a', '+b', ' c', '-d', ' e', '+f');
  assert.deepEqual(swapped(swapped(before)), before);
});

test('added and removed lines are counted', () => {
  assert.deepEqual(counted(cell('edited', ' a', '-b', '+c', '+d')), { added: 2, removed: 1 });
});

test('cells that nothing happened to are together', () => {
  const cells = [cell('same'), cell('same'), cell('edited'), cell('added'), cell('same')];
  assert.deepEqual(
    grouped(cells).map(group => group.length),
    [2, 1, 1, 1]
  );
});
