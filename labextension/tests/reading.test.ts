import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Reader } from '../src/detail/reading';
import type { IRead } from '../src/detail/reading';
import { RequestError } from '../src/request';

/** A question that is answered by hand. */
interface IAsked {
  readonly answer: (value: string) => void;
  readonly refuse: (reason: Error) => void;
}

/** A reader, what it asked, and what it told. */
function reading(): { reader: Reader<string>; asked: IAsked[]; told: IRead<string>[] } {
  const [asked, told]: [IAsked[], IRead<string>[]] = [[], []];
  const reader = new Reader<string>(
    () =>
      new Promise((answer, refuse) => {
        asked.push({ answer, refuse });
      }),
    state => told.push(state)
  );
  return { reader, asked, told };
}

/** Let answers arrive. */
async function settle(): Promise<void> {
  await new Promise(done => setImmediate(done));
}

test('what was read before stays in sight while it is read again', async () => {
  const { reader, asked, told } = reading();
  reader.ask();
  asked[0]?.answer('one');
  await settle();
  reader.ask();
  assert.deepEqual(told.at(-1), { value: 'one', error: null, busy: true, waits: false });
  asked[1]?.answer('two');
  await settle();
  assert.deepEqual(told.at(-1), { value: 'two', error: null, busy: false, waits: false });
});

test('what is asked for meanwhile is read once, after the answer', async () => {
  const { reader, asked } = reading();
  reader.ask();
  reader.ask();
  reader.ask();
  assert.equal(asked.length, 1);
  asked[0]?.answer('one');
  await settle();
  assert.equal(asked.length, 2);
  asked[1]?.answer('two');
  await settle();
  assert.equal(asked.length, 2);
});

test('a refusal is told beside what was read before, and goes with the next answer', async () => {
  const { reader, asked, told } = reading();
  reader.ask();
  asked[0]?.answer('one');
  await settle();
  reader.ask();
  asked[1]?.refuse(new Error('gone'));
  await settle();
  assert.deepEqual(told.at(-1), { value: 'one', error: 'gone', busy: false, waits: false });
  reader.ask();
  asked[2]?.answer('two');
  await settle();
  assert.deepEqual(told.at(-1), { value: 'two', error: null, busy: false, waits: false });
});

test('where nobody answers it waits to ask again by itself', async () => {
  const { reader, asked, told } = reading();
  reader.ask();
  asked[0]?.refuse(new RequestError('Failed to fetch', null));
  await settle();
  assert.equal(told.at(-1)?.waits, true);
  reader.ask();
  asked[1]?.answer('back');
  await settle();
  assert.deepEqual(told.at(-1), { value: 'back', error: null, busy: false, waits: false });
  reader.stop();
});

test('a stopped reader tells nothing of a late answer', async () => {
  const { reader, asked, told } = reading();
  reader.ask();
  const n = told.length;
  reader.stop();
  asked[0]?.answer('late');
  await settle();
  reader.ask();
  assert.equal(told.length, n);
  assert.equal(asked.length, 1);
});
