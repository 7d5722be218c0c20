import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Signal } from '@lumino/signaling';

import { Saves } from '../src/saves';
import type { NotebookContext } from '../src/saves';

/** A document as JupyterLab's context behaves: a save takes a moment, and clears the mark of what is unsaved. */
class Document {
  readonly ready = Promise.resolve();
  readonly saveState = new Signal<this, string>(this);
  readonly isDisposed = false;
  readonly contentsModel = { writable: true };
  readonly model = {
    dirty: false,
    readOnly: false,
    collaborative: false,
    metadata: {},
    cells: [] as unknown[],
    contentChanged: new Signal<object, void>({})
  };
  /** What happened to the file, in order. */
  readonly done: string[] = [];
  fails = false;
  text = '';

  async save(): Promise<void> {
    this.saveState.emit('started');
    const written = this.text;
    this.done.push(`begin ${written}`);
    await new Promise(resolve => setTimeout(resolve, 5));
    this.done.push(`end ${written}`);
    if (this.fails) {
      this.saveState.emit('failed');
      throw new Error('refused');
    }
    this.model.dirty = false;
    this.saveState.emit('completed');
  }

  type(text: string): void {
    this.text = text;
    const sharedModel = { getSource: () => text, getMetadata: () => ({}) };
    this.model.cells = [{ id: 'a', type: 'code', sharedModel }];
    this.change();
  }

  /** Something changes that no snapshot holds: an output. */
  change(): void {
    this.model.dirty = true;
    this.model.contentChanged.emit();
  }
}

async function opened(): Promise<{ document: Document; saves: Saves }> {
  const document = new Document();
  const saves = new Saves(document as unknown as NotebookContext);
  await document.ready;
  return { document, saves };
}

test('what is typed is to be saved, what is shown is not', async () => {
  const { document, saves } = await opened();
  assert.equal(saves.isWanted, false);
  document.change();
  assert.equal(saves.isWanted, false);
  document.type('x = 1');
  assert.equal(saves.isWanted, true);
  await document.save();
  assert.equal(saves.isWanted, false);
});

test('many cells that run at once are saved once', async () => {
  const { document, saves } = await opened();
  document.type('x = 1');
  saves.soon();
  saves.soon();
  saves.soon();
  await saves.inTurn(() => Promise.resolve());
  assert.deepEqual(document.done, ['begin x = 1', 'end x = 1']);
});

test('saves come one after another, also those of others, and a rename between them', async () => {
  const { document, saves } = await opened();
  document.type('x = 1');
  saves.soon();
  const own = document.save();
  const renamed = saves.inTurn(() => {
    document.done.push('rename');
    return Promise.resolve();
  });
  document.type('x = 2');
  await Promise.all([own, renamed, document.save()]);
  const order = document.done.map(what => what.split(' ')[0]).join(' ');
  assert.equal(order, 'begin end begin end rename begin end');
});

test('what changes while a save is under way stays unsaved', async () => {
  const { document } = await opened();
  document.type('x = 1');
  const saving = document.save();
  await Promise.resolve();
  await Promise.resolve();
  document.change();
  await saving;
  assert.equal(document.model.dirty, true);
  await document.save();
  assert.equal(document.model.dirty, false);
});

test('a server that refused is not asked again before somebody else did with success', async () => {
  const { document, saves } = await opened();
  document.fails = true;
  document.type('x = 1');
  saves.soon();
  await saves.inTurn(() => Promise.resolve());
  assert.equal(saves.isWanted, false);
  document.fails = false;
  document.type('x = 2');
  await document.save();
  document.type('x = 3');
  assert.equal(saves.isWanted, true);
});

for (const [what, spoil] of [
  ['that may not be written', (one: Document) => (one.contentsModel.writable = false)],
  ['that is read only', (one: Document) => (one.model.readOnly = true)],
  ['that others edit too', (one: Document) => (one.model.collaborative = true)]
] as const) {
  test(`a document ${what} is not saved by us`, async () => {
    const { document, saves } = await opened();
    document.type('x = 1');
    spoil(document);
    assert.equal(saves.isWanted, false);
  });
}
