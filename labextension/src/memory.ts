/** Memory: what was chosen, kept for the next time. */
import type { IStateDB } from '@jupyterlab/statedb';

import type { IOrder } from './leaves/columns';
import type { Sort } from './leaves/rows';

const KEY = 'jupyter-xpt:choices';

/** What was chosen in a place. */
export interface IChoices {
  readonly series?: string;
  readonly sort?: Sort;
  /** The column that the list was last sorted by. */
  readonly order?: IOrder;
  /** The columns of each series. */
  readonly columns?: Readonly<Record<string, readonly string[]>>;
  /** The metric of each series. */
  readonly metrics?: Readonly<Record<string, string>>;
}

/** All that is remembered. */
interface IKept {
  /** By the places' ids. */
  readonly places: Readonly<Record<string, IChoices>>;
  /** The list's share of the panel's height. */
  readonly share?: number;
  /** Which parts of the detail were opened or folded away. */
  readonly open?: Readonly<Record<string, boolean>>;
}

function unkept(reason: unknown): void {
  console.warn('jupyter_xpt: what was chosen last is not remembered', reason);
}

export class Memory {
  /**
   * @param state where to keep it; `null` where nothing outlives the page.
   */
  constructor(private readonly state: IStateDB | null) {}

  /** Take in what was kept; what was chosen since wins. */
  async read(): Promise<void> {
    try {
      const found = (await this.state?.fetch(KEY)) as Partial<IKept> | undefined;
      this.kept = { ...found, ...this.kept, places: { ...found?.places, ...this.kept.places } };
    } catch (reason) {
      unkept(reason);
    }
  }

  of(place: string): IChoices {
    return this.kept.places[place] ?? {};
  }

  choose(place: string, choices: IChoices): void {
    const places = { ...this.kept.places, [place]: { ...this.of(place), ...choices } };
    this.keep({ ...this.kept, places });
  }

  get share(): number | null {
    return this.kept.share ?? null;
  }

  setShare(share: number): void {
    this.keep({ ...this.kept, share });
  }

  /** Whether a part of the detail was opened or folded away; `null` where it never was. */
  isOpen(part: string): boolean | null {
    return this.kept.open?.[part] ?? null;
  }

  setOpen(part: string, open: boolean): void {
    this.keep({ ...this.kept, open: { ...this.kept.open, [part]: open } });
  }

  private keep(kept: IKept): void {
    this.kept = kept;
    this.state?.save(KEY, JSON.parse(JSON.stringify(kept)) as Record<string, never>).catch(unkept);
  }

  private kept: IKept = { places: {} };
}
