import assert from 'node:assert/strict';
import { test } from 'node:test';

import { beside, essence, movedAddress, notebookName, readsNotebook, toldBy } from '../src/leaves/told';
import type { ICellContent } from '../src/leaves/told';

const READS: readonly (readonly [string, boolean])[] = [
  ['%%experiment\nx = 1', true],
  ['\n  \n%%experiment repeats=5', true],
  ['%%experiments', false],
  ['# a comment\n%%experiment', false],
  ['%xpt_new --parent 9', true],
  ['x = 1\n  %xpt_new', true],
  ['x = "%xpt_new"', false],
  ['%xpt_tree', false],
  ['', false]
];

for (const [source, reads] of READS) {
  test(`${JSON.stringify(source)} ${reads ? 'is' : 'is not'} saved before it runs`, () => {
    assert.equal(readsNotebook(source), reads);
  });
}

const CELL: ICellContent = { id: 'a', type: 'code', source: 'x = 1', metadata: { tags: ['scratch'] } };

const CHANGES: readonly (readonly [string, ICellContent[], boolean])[] = [
  ['the same', [{ ...CELL }], true],
  [
    'a run',
    [{ ...CELL, metadata: { trusted: true, execution: { 'iopub.status.idle': '…' }, tags: ['scratch'] } }],
    true
  ],
  ['another text', [{ ...CELL, source: 'x = 2' }], false],
  ['another tag', [{ ...CELL, metadata: {} }], false],
  ['another kind', [{ ...CELL, type: 'raw' }], false],
  ['another cell', [CELL, { ...CELL, id: 'b' }], false],
  ['none', [], false]
];

for (const [what, cells, same] of CHANGES) {
  test(`${what} ${same ? 'needs no save' : 'is to be saved'}`, () => {
    assert.equal(essence({}, cells) === essence({}, [CELL]), same);
  });
}

test('the order of metadata says nothing', () => {
  const [one, other] = [
    { a: 1, b: 2 },
    { b: 2, a: 1 }
  ].map(metadata => essence({}, [{ ...CELL, metadata }]));
  assert.equal(one, other);
});

function content(said: unknown): unknown {
  return { data: {}, metadata: {}, transient: { display_id: 'xpt-1', jupyter_xpt: said } };
}

test('what the kernel tells of a run is read', () => {
  const said = {
    series: 'animals',
    number: 4,
    parent: 3,
    run: '2026_11_23-12_34_12',
    status: 'running',
    notebook: 'animals_004.ipynb',
    frozen: 3,
    open: null
  };
  assert.deepEqual(toldBy(content(said)), said);
});

test('what it tells of a fork is read', () => {
  const said = { series: 'animals', number: 4, open: 'animals_004.ipynb' };
  assert.deepEqual(toldBy(content(said)), { ...said, parent: null, frozen: null });
});

const OTHERS: readonly unknown[] = [
  {},
  { transient: {} },
  { transient: 'text' },
  { transient: null },
  content(null),
  content('text'),
  content([]),
  content({ series: 7, number: 1 }),
  content({ series: 'animals', number: 0 }),
  content({ series: 'animals', number: '4' }),
  content({ series: 'animals', number: 1e300 })
];

OTHERS.forEach((message, index) => {
  test(`what is not for us is no message of ours (${index})`, () => {
    assert.equal(toldBy(message), null);
  });
});

for (const name of [
  '../other.ipynb',
  '/etc/x.ipynb',
  'a\\b.ipynb',
  'C:x.ipynb',
  'javascript:x',
  '.hidden.ipynb',
  'x.py',
  7
]) {
  test(`${JSON.stringify(name)} is no notebook beside this one`, () => {
    const told = toldBy(content({ series: 'animals', number: 4, open: name, notebook: name }));
    assert.deepEqual([told?.open, told?.notebook], [null, undefined]);
  });
}

test('numbered notebooks are called so', () => {
  assert.deepEqual(
    [notebookName('cats', 4), notebookName('cats', 1234)],
    ['cats_004.ipynb', 'cats_1234.ipynb']
  );
});

test('a file beside another lies in its folder', () => {
  assert.equal(beside('a/b/one.ipynb', 'two.ipynb'), 'a/b/two.ipynb');
  assert.equal(beside('one.ipynb', 'two.ipynb'), 'two.ipynb');
});

const NAMES = { old: 'my cats/cats_003.ipynb', now: 'my cats/cats_004.ipynb' };
const ADDRESSES: readonly (readonly [string, string | null])[] = [
  ['/hub/notebooks/my%20cats/cats_003.ipynb', '/hub/notebooks/my%20cats/cats_004.ipynb'],
  ['/hub/notebooks/my%20cats%2Fcats_003.ipynb', '/hub/notebooks/my%20cats/cats_004.ipynb'],
  ['/hub/notebooks/other.ipynb', null],
  ['/hub/notebooks/%', null],
  ['/hub/lab/tree/my%20cats/cats_003.ipynb', null]
];

for (const [address, moved] of ADDRESSES) {
  test(`the page ${address} ${moved === null ? 'stays where it is' : 'moves'}`, () => {
    assert.equal(movedAddress(address, '/hub/notebooks/', NAMES), moved);
  });
}
