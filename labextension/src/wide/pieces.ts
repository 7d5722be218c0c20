/** Pieces of two lines: which words of the one are not in the other. */
import type { IPiece } from '../detail/lines';

/** Longer middles are all changed: looking closer would take too long. */
const MOST = 250000;

/** Names and numbers whole, spaces in a row, everything else by itself. */
function words(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

/** How many words both sides begin with, of at most so many. */
function shared(before: readonly string[], after: readonly string[]): number {
  const most = Math.min(before.length, after.length);
  let n = 0;
  while (n < most && before[n] === after[n]) {
    n++;
  }
  return n;
}

/** Which of the words are in a longest row that both sides have: one flag a word. */
function kept(before: readonly string[], after: readonly string[]): [boolean[], boolean[]] {
  const [height, width] = [before.length, after.length];
  const [left, right] = [before.map(() => false), after.map(() => false)];
  if (height * width > MOST) {
    return [left, right];
  }
  // length[i * (width + 1) + j]: of the longest row shared by before[i:] and after[j:].
  const length = new Uint32Array((height + 1) * (width + 1));
  const at = (i: number, j: number): number => length[i * (width + 1) + j] ?? 0;
  for (let i = height - 1; i >= 0; i--) {
    for (let j = width - 1; j >= 0; j--) {
      const same = before[i] === after[j];
      length[i * (width + 1) + j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  for (let i = 0, j = 0; i < height && j < width;) {
    if (before[i] === after[j]) {
      left[i++] = right[j++] = true;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      i++;
    } else {
      j++;
    }
  }
  return [left, right];
}

/** Words as pieces: neighbours that are alike together, and spaces between two changed words with them. */
function joined(all: readonly string[], same: readonly boolean[]): readonly IPiece[] {
  const pieces: { text: string; marked: boolean }[] = [];
  all.forEach((word, i) => {
    const between = /^\s+$/u.test(word) && same[i - 1] === false && same[i + 1] === false;
    const marked = same[i] !== true || between;
    const last = pieces[pieces.length - 1];
    if (last?.marked === marked) {
      last.text += word;
    } else {
      pieces.push({ text: word, marked });
    }
  });
  return pieces;
}

/**
 * Two lines in pieces, marked where they differ.
 *
 * Where they have little in common nothing is marked: then the whole line is what changed, and says so by its tint.
 */
export function compared(before: string, after: string): readonly [readonly IPiece[], readonly IPiece[]] {
  const [one, other] = [words(before), words(after)];
  const head = shared(one, other);
  const tail = shared(one.slice(head).reverse(), other.slice(head).reverse());
  const [left, right] = kept(one.slice(head, one.length - tail), other.slice(head, other.length - tail));
  const ends = (middle: boolean[]): readonly boolean[] => [
    ...Array<boolean>(head).fill(true),
    ...middle,
    ...Array<boolean>(tail).fill(true)
  ];
  const [mine, theirs] = [ends(left), ends(right)];
  const letters = (all: readonly string[], same: readonly boolean[]): number =>
    all.filter((word, i) => same[i] === true && word.trim() !== '').join('').length;
  const common = 2 * letters(one, mine);
  const whole = before.replace(/\s/gu, '').length + after.replace(/\s/gu, '').length;
  if (common < 0.4 * whole) {
    return [[{ text: before, marked: false }], [{ text: after, marked: false }]];
  }
  return [joined(one, mine), joined(other, theirs)];
}
