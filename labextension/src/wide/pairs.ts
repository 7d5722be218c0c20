/** Pairs of lines, side by side, with long stretches folded. */
import type { ICellDiff, IDiffLine } from '../tokens';

/** Lines of both sides that stand beside one another; `null` where a side has none. */
export interface IPair {
  readonly left: IDiffLine | null;
  readonly right: IDiffLine | null;
}

/** Pairs that are shown, or folded away until asked for. */
export interface IStretch {
  readonly folded: boolean;
  /** Whether nothing differs in it. */
  readonly same: boolean;
  readonly pairs: readonly IPair[];
}

/** So many lines that are alike stay in sight around a change. */
const AROUND = 3;
/** Fewer lines than this are not worth a fold. */
const WORTH = 4;
/** So many changed lines in a row are shown at first. */
export const MOST_CHANGED = 400;
/** So many lines are drawn at once where all are asked for. */
export const MOST_AT_ONCE = 2000;

/** Lines side by side: what was removed beside what was added in its place. */
export function paired(lines: readonly IDiffLine[]): readonly IPair[] {
  const pairs: IPair[] = [];
  let removed: IDiffLine[] = [];
  let added: IDiffLine[] = [];
  const flush = (): void => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      pairs.push({ left: removed[i] ?? null, right: added[i] ?? null });
    }
    [removed, added] = [[], []];
  };
  for (const line of lines) {
    if (line.kind === 'same') {
      flush();
      pairs.push({ left: line, right: line });
    } else {
      (line.kind === 'removed' ? removed : added).push(line);
    }
  }
  flush();
  return pairs;
}

/** Whether both sides of a pair are alike. */
export function alike({ left, right }: IPair): boolean {
  return left?.kind === 'same' && right?.kind === 'same';
}

/** Pairs cut into stretches: what is alike far from any change is folded, and so is the rest of very long changes. */
export function stretches(pairs: readonly IPair[]): readonly IStretch[] {
  const found: IStretch[] = [];
  const push = (folded: boolean, same: boolean, from: number, to: number): void => {
    if (to > from) {
      found.push({ folded, same, pairs: pairs.slice(from, to) });
    }
  };
  const flat = pairs.map(alike);
  for (let from = 0; from < pairs.length;) {
    const same = flat[from] === true;
    let to = from + 1;
    while (to < pairs.length && flat[to] === same) {
      to++;
    }
    if (same) {
      const head = from === 0 ? from : Math.min(to, from + AROUND);
      const tail = to === pairs.length ? to : Math.max(head, to - AROUND);
      const worth = tail - head >= WORTH;
      push(false, true, from, worth ? head : to);
      push(true, true, head, worth ? tail : head);
      push(false, true, tail, worth ? to : tail);
    } else {
      const middle = Math.min(to, from + MOST_CHANGED);
      push(false, false, from, middle);
      push(true, false, middle, to);
    }
    from = to;
  }
  return found;
}

/** All pairs, in stretches of which the first is shown: very many lines are drawn as they are asked for. */
export function everything(pairs: readonly IPair[]): readonly IStretch[] {
  return Array.from({ length: Math.ceil(pairs.length / MOST_AT_ONCE) }, (_, i) => ({
    folded: i > 0,
    same: false,
    pairs: pairs.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE)
  }));
}

/** The same with both sides in each other's place. */
export function swapped(cell: ICellDiff): ICellDiff {
  const other = { same: 'same', edited: 'edited', added: 'removed', removed: 'added' } as const;
  // What is removed stands before what is added in its place.
  const lines: IDiffLine[] = [];
  let after: IDiffLine[] = [];
  for (const line of cell.lines) {
    const turned = { ...line, kind: other[line.kind], left: line.right, right: line.left };
    if (turned.kind === 'added') {
      after.push(turned);
      continue;
    }
    if (turned.kind === 'same') {
      lines.push(...after);
      after = [];
    }
    lines.push(turned);
  }
  return { ...cell, kind: other[cell.kind], lines: [...lines, ...after] };
}

/** How many lines of a cell were added and removed. */
export function counted(cell: ICellDiff): { readonly added: number; readonly removed: number } {
  const n = (kind: IDiffLine['kind']): number => cell.lines.filter(line => line.kind === kind).length;
  return { added: n('added'), removed: n('removed') };
}

/** Neighbours that nothing happened to, together; everything else by itself. */
export function grouped(cells: readonly ICellDiff[]): readonly (readonly ICellDiff[])[] {
  const groups: ICellDiff[][] = [];
  for (const cell of cells) {
    const last = groups[groups.length - 1];
    if (cell.kind === 'same' && last?.[0]?.kind === 'same') {
      last.push(cell);
    } else {
      groups.push([cell]);
    }
  }
  return groups;
}
