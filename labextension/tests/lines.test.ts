import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  bounds,
  ended,
  followed,
  linesOf,
  marked,
  MOST_LINES,
  parts,
  preceded,
  surrounding
} from '../src/detail/lines';
import type { ILog } from '../src/tokens';

/** Lines of ten bytes each, from one byte to another, of a log of so many bytes. */
function piece(start: number, end: number, whole = 1000): ILog {
  const lines = Array.from({ length: (end - start) / 10 }, (_, i) => `line ${start / 10 + i}`);
  return { lines, start, end, more: end < whole };
}

/** The end of a log, as `tail` gives it. */
function tail(start: number, end: number): ILog {
  return { ...piece(start, end), more: start > 0 };
}

const LINES: readonly (readonly [string, string, string, string])[] = [
  ['2026-11-23 12:34:12.123 | printed', '2026-11-23 12:34:12.123', '|', 'printed'],
  ['2026-11-23 12:34:12.123 ! an error | !', '2026-11-23 12:34:12.123', '!', 'an error | !'],
  ['2026-11-23 12:34:12.123 |+and so on', '2026-11-23 12:34:12.123', '|', 'and so on'],
  ['2026-11-23 12:34:12.123 | ', '2026-11-23 12:34:12.123', '|', ''],
  ['no time at all', '', '', 'no time at all'],
  ['', '', '', '']
];

for (const [line, time, mark, text] of LINES) {
  test(`the line “${line}” says “${text}”`, () => {
    assert.deepEqual(parts(line), { time, mark, text });
  });
}

const MARKED: readonly (readonly [string, string, readonly string[]])[] = [
  ['loss 0.5', 'loss', ['[loss]', ' 0.5']],
  ['Loss, LOSS', 'loss', ['[Loss]', ', ', '[LOSS]']],
  ['a.b', '.', ['a', '[.]', 'b']],
  ['((', '(', ['[(]', '[(]']],
  ['İstanbul', 'i', ['İstanbul']],
  ['nothing', 'x', ['nothing']],
  ['all', '', ['all']],
  ['', 'x', []]
];

for (const [text, wanted, pieces] of MARKED) {
  test(`“${wanted}” is marked in “${text}”`, () => {
    assert.deepEqual(
      marked(text, wanted).map(one => (one.marked ? `[${one.text}]` : one.text)),
      pieces
    );
  });
}

test('a log is followed line by line', () => {
  let part = ended(tail(900, 950), null);
  part = followed(part, piece(950, 960));
  part = followed(part, { ...piece(960, 960), more: false });
  assert.deepEqual(linesOf(part), ['line 90', 'line 91', 'line 92', 'line 93', 'line 94', 'line 95']);
  assert.deepEqual(bounds(part), { start: 900, end: 960 });
  assert.equal(part.earlier, true);
  assert.equal(part.later, false);
  assert.equal(part.chunks.length, 1);
});

test('what brings no news changes nothing', () => {
  const part = ended(tail(900, 1000), null);
  assert.equal(followed(part, piece(1000, 1000)), part);
});

test('earlier lines come before, and the lines that were there keep their numbers', () => {
  const part = ended(tail(900, 1000), null);
  const longer = preceded(part, tail(850, 900));
  assert.equal(linesOf(longer).length, 15);
  assert.equal(longer.first, part.first - 5);
  assert.equal(linesOf(longer)[part.first - longer.first], linesOf(part)[0]);
  assert.equal(preceded(longer, tail(0, 850)).earlier, false);
});

test('lines that do not lie before are left alone', () => {
  const part = ended(tail(900, 1000), null);
  assert.equal(preceded(part, tail(700, 800)), part);
});

test('a log that was replaced begins anew, with numbers of its own', () => {
  const part = ended(tail(900, 1000), null);
  const other = followed(part, piece(0, 50));
  assert.deepEqual(linesOf(other), ['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
  assert.ok(other.first > part.first + linesOf(part).length);
  assert.equal(other.earlier, false);
});

test('around a byte are the lines before it and after it', () => {
  const part = surrounding(tail(480, 500), piece(500, 530), ended(tail(900, 1000), null));
  assert.deepEqual(linesOf(part), ['line 48', 'line 49', 'line 50', 'line 51', 'line 52']);
  assert.deepEqual([part.earlier, part.later], [true, true]);
});

test('no more than so many lines stay in the page, whichever way it is read', () => {
  const most = MOST_LINES * 10;
  let part = ended({ ...tail(5 * most, 5 * most + 10), more: true }, null);
  for (let at = 5 * most + 10; at < 7 * most; at += most / 4) {
    part = followed(part, piece(at, at + most / 4, 9 * most));
  }
  assert.ok(linesOf(part).length <= MOST_LINES);
  assert.equal(linesOf(part)[0], `line ${bounds(part).start / 10}`);
  assert.equal(part.first, bounds(part).start / 10 - most / 2);
  const { start } = bounds(part);
  const before = preceded(part, tail(start - most / 2, start));
  assert.ok(linesOf(before).length <= MOST_LINES);
  assert.deepEqual([before.earlier, before.later], [true, true]);
});
