/** Rows: which experiments are shown, in which order, and how their lines run. */
import type { ILineage, IRow } from '../tokens';
import { byKey, keyOf } from './columns';
import type { IOrder } from './columns';

/** By number is the tree; the others are flat. */
export type Sort = 'number' | 'value' | 'time' | 'column';

/** One experiment as a row of the list. */
export interface IShown {
  readonly row: IRow;
  /** How many ancestors are above it. */
  readonly depth: number;
  /** The index of its parent among what is shown; -1 without one. */
  readonly parent: number;
  /** Its place among its siblings, from 1, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** Whether it is meant by the filter, and not only an ancestor of what is. */
  readonly matches: boolean;
  /** Whether its children can be folded away. */
  readonly folds: boolean;
  /** How many experiments are folded away below it. */
  readonly folded: number;
}

/** How to show a lineage. */
export interface IView {
  readonly sort: Sort;
  /** What sorting by a column means. */
  readonly order?: IOrder | null;
  readonly metric: string | null;
  /** `null` where all are meant. */
  readonly matches: ((row: IRow) => boolean) | null;
  /** The numbers whose children are folded away; without effect while a filter is set, or what it finds were hidden. */
  readonly folded: ReadonlySet<number>;
}

/** Per row the index of its parent in the same list, -1 without one; the list is depth first. */
function parents(rows: readonly IRow[]): readonly number[] {
  const path: number[] = [];
  return rows.map((row, index) => {
    // A depth that skips a level comes from a damaged answer: such a row hangs on the last one that is above it.
    path.length = Math.min(path.length, Math.max(0, row.depth));
    const parent = path[path.length - 1] ?? -1;
    path.push(index);
    return parent;
  });
}

/** Which rows are meant, and which of the others stay because something below them is. */
function kept(rows: readonly IRow[], above: readonly number[], matches: (row: IRow) => boolean): boolean[] {
  const keep = rows.map(matches);
  for (let index = rows.length - 1; index >= 0; index--) {
    const parent = above[index] ?? -1;
    if (keep[index] === true && parent >= 0) {
      keep[parent] = true;
    }
  }
  return keep;
}

function inTree(lineage: ILineage, view: IView): readonly IShown[] {
  const { rows } = lineage;
  const above = parents(rows);
  const keep = view.matches === null ? null : kept(rows, above, view.matches);
  const siblings = new Map<number, number>();
  rows.forEach((_, index) => {
    if (keep === null || keep[index] === true) {
      const parent = above[index] ?? -1;
      siblings.set(parent, (siblings.get(parent) ?? 0) + 1);
    }
  });
  const shown: IShown[] = [];
  // Where a row stands among what is shown; where it is folded away, which row hides it.
  const at = new Map<number, number>();
  const hider = new Map<number, number>();
  const hidden = new Map<number, number>();
  const counted = new Map<number, number>();
  rows.forEach((row, index) => {
    const parent = above[index] ?? -1;
    if (keep !== null && keep[index] !== true) {
      return;
    }
    const folds = siblings.has(index);
    const hides = hider.get(parent);
    if (hides !== undefined) {
      hidden.set(hides, (hidden.get(hides) ?? 0) + 1);
      hider.set(index, hides);
      return;
    }
    if (folds && keep === null && view.folded.has(row.number)) {
      hider.set(index, index);
    }
    const position = (counted.get(parent) ?? 0) + 1;
    counted.set(parent, position);
    at.set(index, shown.length);
    const parentAt = at.get(parent) ?? -1;
    shown.push({
      row,
      depth: parentAt < 0 ? 0 : (shown[parentAt]?.depth ?? 0) + 1,
      parent: parentAt,
      position,
      siblings: siblings.get(parent) ?? 1,
      matches: view.matches === null || view.matches(row),
      folds,
      folded: 0
    });
  });
  hidden.forEach((count, index) => {
    const where = at.get(index) ?? -1;
    const one = shown[where];
    if (one !== undefined) {
      shown[where] = { ...one, folded: count };
    }
  });
  return shown;
}

/** What sorting looks at: by value or time smaller comes first; what has none comes last. */
function key(row: IRow, lineage: ILineage, view: IView): number | string | null {
  if (view.sort === 'column') {
    return view.order == null ? null : keyOf(row, view.order.column);
  }
  if (view.sort === 'time') {
    return -Date.parse(row.started ?? row.created) || null;
  }
  const measured = view.metric === null ? undefined : row.measured[view.metric];
  if (measured?.mean == null) {
    return null;
  }
  const goal = (view.metric === null ? undefined : lineage.goals[view.metric]) ?? measured.goal;
  return goal === 'max' ? -measured.mean : measured.mean;
}

function flat(lineage: ILineage, view: IView): readonly IShown[] {
  const down = view.sort === 'column' && view.order?.down === true;
  const rows = lineage.rows
    .filter(row => view.matches === null || view.matches(row))
    .map(row => ({ row, key: key(row, lineage, view) }))
    .sort((one, other) => byKey(one.key, other.key, down) || one.row.number - other.row.number);
  return rows.map(({ row }, index) => ({
    row,
    depth: 0,
    parent: -1,
    position: index + 1,
    siblings: rows.length,
    matches: true,
    folds: false,
    folded: 0
  }));
}

/** The rows to show, from top to bottom. */
export function shownRows(lineage: ILineage, view: IView): readonly IShown[] {
  return view.sort === 'number' ? inTree(lineage, view) : flat(lineage, view);
}

/**
 * Which of the lines above a row's own run on below it: one for each ancestor, the outermost first.
 *
 * The line at an ancestor leads to its children, so it runs on where the next one on the way down has later siblings.
 */
export function lines(shown: readonly IShown[], index: number): readonly boolean[] {
  const on: boolean[] = [];
  for (let one = shown[index]; one !== undefined && one.parent >= 0; one = shown[one.parent]) {
    on.push(one.position < one.siblings);
  }
  return on.reverse();
}

/** How far a level of the tree is set in, in pixels: less where it is deep, so that half the width stays for words. */
export function indent(depth: number, width: number): number {
  return depth === 0 ? 0 : Math.max(0, Math.min(13, (0.3 * width) / depth));
}
