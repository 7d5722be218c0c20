/** Keys: what a key does in the list of experiments. */
import type { IShown } from './rows';
import { padded, titleOf } from './words';

/** Where a key leads: to another row, or to a row's children shown or folded away. */
export type Step = { readonly to: number } | { readonly fold: number } | { readonly unfold: number } | null;

/**
 * What a key of the tree pattern does.
 *
 * @param active index of the active row; -1 without one.
 * @param page how many rows are seen at once.
 */
export function step(key: string, shown: readonly IShown[], active: number, page: number): Step {
  const last = shown.length - 1;
  const one = shown[active];
  const to = (index: number): Step => (last < 0 ? null : { to: Math.max(0, Math.min(last, index)) });
  switch (key) {
    case 'ArrowDown':
      return to(active + 1);
    case 'ArrowUp':
      return to(active < 0 ? last : active - 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(last);
    case 'PageDown':
      return to(active + Math.max(1, page));
    case 'PageUp':
      return to(active - Math.max(1, page));
    case 'ArrowRight':
      if (one?.folds !== true) {
        return null;
      }
      return one.folded > 0 ? { unfold: one.row.number } : to(active + 1);
    case 'ArrowLeft':
      if (one?.folds === true && one.folded === 0 && one.depth >= 0 && shown[active + 1]?.parent === active) {
        return { fold: one.row.number };
      }
      return one !== undefined && one.parent >= 0 ? to(one.parent) : null;
    default:
      return null;
  }
}

/** Whether an experiment is meant by the letters typed so far. */
function begins(shown: Pick<IShown, 'row'>, typed: string): boolean {
  if (/^[0-9]+$/.test(typed)) {
    return padded(shown.row.number).startsWith(typed) || String(shown.row.number).startsWith(typed);
  }
  return titleOf(shown.row).toLocaleLowerCase().startsWith(typed);
}

/**
 * The row that typed letters lead to, looked for from the active one on and around; -1 where there is none.
 *
 * A first letter goes on from the active row, so that the same letter again finds the next one.
 */
export function typeAhead(shown: readonly Pick<IShown, 'row'>[], active: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase();
  // The same letter over and over is that letter again.
  const again = wanted.length > 1 && new Set(wanted).size === 1 && !/[0-9]/.test(wanted);
  const looked = again ? wanted.slice(0, 1) : wanted;
  const from = looked.length > 1 ? Math.max(0, active) : active + 1;
  // A whole number is that experiment, not the first one that begins with it.
  const exact = /^[0-9]+$/.test(looked)
    ? shown.findIndex(one => one.row.number === Number(looked) && looked.length > 1)
    : -1;
  if (exact >= 0) {
    return exact;
  }
  for (let offset = 0; offset < shown.length; offset++) {
    const index = (from + offset) % shown.length;
    const one = shown[index];
    if (one !== undefined && begins(one, looked)) {
      return index;
    }
  }
  return -1;
}
