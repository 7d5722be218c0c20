/** What the views may ask for, and what they are given; the acts themselves are the panel's. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IAt, IEdit, ILineage, IRow } from './tokens';

/** What people can do with the experiments of the shown series; each says by itself what went wrong. */
export interface IActs {
  /** Make it the chosen one, whose detail is shown; by default of the series that is acted on. */
  choose(number: number, series?: string): void;
  /** Ask for a note, then make the next experiment from this one and open it. */
  newFrom(number: number): void;
  /** Open its numbered notebook. */
  open(number: number): void;
  /** Show in a tab what differs between two of them. */
  diff(left: number, right: number): void;
  /** Show in a tab what differs between two to six of them. */
  compare(numbers: readonly number[]): void;
  /** Put its numbered notebook back as it ran. */
  restore(number: number): void;
  /** Move it to the trash; can be undone. */
  remove(number: number): void;
  /** Download the series as a spreadsheet. */
  exportTable(format: 'csv' | 'xlsx'): void;
  /** Change its note, tags or star; shown at once. */
  edit(number: number, change: IEdit): void;
  /** Compare all others with it; `null` takes the pin away. */
  pin(number: number | null): void;
}

/** What the detail of the chosen experiment is given. */
export interface IDetailProps {
  readonly settings: ServerConnection.ISettings;
  readonly at: IAt;
  readonly row: IRow;
  readonly lineage: ILineage;
  /** The metric that is shown. */
  readonly metric: string | null;
  /** Changes whenever the row does: read again then. */
  readonly revision: string;
  /** Which parts were opened or folded away; `null` of one that never was. */
  readonly folds: {
    readonly isOpen: (part: string) => boolean | null;
    readonly setOpen: (part: string, open: boolean) => void;
  };
  readonly acts: IActs;
  readonly trans: TranslationBundle;
}

/** What a tab with a difference is given; the panel opens the tab. */
export interface IDiffProps {
  readonly settings: ServerConnection.ISettings;
  readonly place: string;
  readonly series: string;
  readonly left: number;
  readonly right: number;
  readonly acts: IActs;
  readonly trans: TranslationBundle;
}

/** What a tab with a comparison is given; the panel opens the tab and gives it the rows as they change. */
export interface ICompareProps {
  readonly settings: ServerConnection.ISettings;
  readonly place: string;
  readonly lineage: ILineage;
  readonly numbers: readonly number[];
  readonly metric: string | null;
  readonly acts: IActs;
  readonly trans: TranslationBundle;
}
