/** Names: which experiment a numbered notebook is. */
import { padded } from './words';

/** What the name of a notebook says. */
export interface INamed {
  readonly series: string;
  /** `null` for a draft. */
  readonly number: number | null;
}

/** What the file name of a notebook says; only the form that the kernel writes counts as numbered. */
export function named(file: string): INamed {
  const stem = file.replace(/\.ipynb$/, '');
  const found = /^(.+)_([0-9]{3,12})$/s.exec(stem);
  const number = Number(found?.[2]);
  return found?.[1] !== undefined && number > 0 && padded(number) === found[2]
    ? { series: found[1], number }
    : { series: stem, number: null };
}
