/** Model: holds what is known and chosen, keeps it fresh, and tells the views with one signal. */
import { PathExt } from '@jupyterlab/coreutils';
import type { Event, ServerConnection } from '@jupyterlab/services';
import type { IStateDB } from '@jupyterlab/statedb';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';

import { Beat } from './beat';
import { edited, merged, NOTHING, underWay, withRow } from './leaves/known';
import type { IKnown, IUnderWay } from './leaves/known';
import { named } from './leaves/names';
import type { INamed } from './leaves/names';
import { Memory } from './memory';
import type { IChoices } from './memory';
import * as request from './request';
import type { IOrder } from './leaves/columns';
import type { Sort } from './leaves/rows';
import type { IAt, IEdit, ILineage, IPlace, IRow, ISeriesEdit, ITold } from './tokens';
import { EVENT_SCHEMA } from './tokens';

/** Why nothing fresh can be shown. */
export interface ITrouble {
  readonly message: string;
  /** HTTP status; `null` where the server did not answer at all. */
  readonly status: number | null;
}

export class Model {
  /**
   * @param settings where the server is.
   * @param events tells of changes below `out/`.
   * @param state remembers what was chosen; `null` where nothing does.
   */
  constructor(
    readonly settings: ServerConnection.ISettings,
    events: Event.IManager,
    state: IStateDB | null
  ) {
    this.memory = new Memory(state);
    this.restored = this.memory.read().then(() => {
      this.emit();
    });
    events.stream.connect((_, emission) => {
      if (emission.schema_id === EVENT_SCHEMA && emission.place === this.place?.place && this.awake) {
        void this.renew();
      }
    });
  }

  /** Emitted after every change of what follows. */
  get changed(): ISignal<this, void> {
    return this.signal;
  }

  /** The folders that are known; `null` before the first answer. */
  places: readonly IPlace[] | null = null;
  place: IPlace | null = null;
  /** The folder of the open notebook; `null` without one that the server has. */
  folder: string | null = null;
  known: IKnown = NOTHING;
  trouble: ITrouble | null = null;
  /** The line of the filter. */
  line = '';
  folded: ReadonlySet<number> = new Set();
  /** The experiments that were picked to be compared. */
  picked: ReadonlySet<number> = new Set();

  /** The shown series with all its rows, as they will be when edits under way have gone well. */
  get lineage(): ILineage | null {
    const { series } = this.choices;
    const lineage =
      (series === undefined ? undefined : this.known.series.get(series)) ??
      this.known.series.values().next().value;
    if (lineage === undefined) {
      return null;
    }
    const edits = this.edits.filter(
      ({ at }) => at.series === lineage.series && at.place === this.place?.place
    );
    // The same object as long as nothing changed, so that views need not draw anew.
    if (this.shown?.of !== lineage || this.shown.edits !== this.edits) {
      const drawn = edited(
        lineage,
        edits.map(({ at, edit }) => [at.number, edit] as const)
      );
      this.shown = { of: lineage, edits: this.edits, drawn };
    }
    return this.shown.drawn;
  }

  get metric(): string | null {
    const { lineage } = this;
    const metric = this.choices.metrics?.[lineage?.series ?? ''];
    if (lineage === null || (metric !== undefined && lineage.metrics.includes(metric))) {
      return metric ?? null;
    }
    return lineage.primary ?? lineage.metrics[0] ?? null;
  }

  /** The list's share of the panel's height; `null` where nobody chose it. */
  get share(): number | null {
    return this.memory.share;
  }

  setShare(share: number): void {
    this.memory.setShare(share);
    this.emit();
  }

  get sort(): Sort {
    return this.choices.sort ?? this.usual;
  }

  /** What sorting by a column means; `null` where the list is not sorted so. */
  get order(): IOrder | null {
    return this.sort === 'column' ? (this.choices.order ?? null) : null;
  }

  /** The columns that were chosen for the shown series; `null` where nobody chose any. */
  get columns(): readonly string[] | null {
    return this.choices.columns?.[this.lineage?.series ?? ''] ?? null;
  }

  /** Whether a part of the detail was opened or folded away; `null` where it never was. */
  isOpen(part: string): boolean | null {
    return this.memory.isOpen(part);
  }

  setOpen(part: string, open: boolean): void {
    if (this.memory.isOpen(part) !== open) {
      this.memory.setOpen(part, open);
      this.emit();
    }
  }

  /** The chosen experiment; where none was chosen, the one that ran last. */
  get chosen(): number | null {
    const { lineage } = this;
    if (this.choice !== null && lineage?.rows.some(row => row.number === this.choice) === true) {
      return this.choice;
    }
    return lineage === null ? null : latest(lineage.rows);
  }

  /** The row of an experiment of the shown series. */
  row(number: number | null): IRow | null {
    return this.lineage?.rows.find(row => row.number === number) ?? null;
  }

  /** Changes whenever the row of an experiment of the shown series does. */
  stamp(number: number): string {
    const row = this.known.series.get(this.lineage?.series ?? '')?.rows.find(one => one.number === number);
    if (row !== undefined && !this.stamps.has(row)) {
      this.stamps.set(row, String((this.stamped += 1)));
    }
    return (row && this.stamps.get(row)) ?? '';
  }

  /** Where an experiment of the shown series is. */
  at(number: number): IAt | null {
    return this.place === null || this.lineage === null
      ? null
      : { place: this.place.place, series: this.lineage.series, number };
  }

  /** What is under way in the place, the latest first. */
  get running(): readonly IUnderWay[] {
    return underWay(this.known);
  }

  /** Show the experiments beside a notebook; `null` where none of the server's is open. */
  follow(path: string | null): void {
    if (path === this.followed) {
      return;
    }
    this.followed = path;
    if (path !== null) {
      this.wanted = named(PathExt.basename(path));
      const folder = PathExt.dirname(path);
      if (folder !== this.folder) {
        this.folder = folder;
        this.enter(this.places?.find(place => place.path === folder) ?? null);
      }
      this.take();
    }
    this.emit();
    if (this.awake) {
      void this.renew();
    }
  }

  choosePlace(id: string): void {
    this.enter(this.places?.find(({ place }) => place === id) ?? this.place);
    void this.renew();
  }

  chooseSeries(series: string): void {
    this.wanted = null;
    this.choose(null, series);
  }

  chooseMetric(metric: string): void {
    const series = this.lineage?.series;
    if (series !== undefined) {
      this.remember({ metrics: { ...this.choices.metrics, [series]: metric } });
      this.emit();
    }
  }

  /** Sort so where nothing else was chosen. */
  sortBy(sort: Sort): void {
    this.usual = sort;
    this.emit();
  }

  chooseSort(sort: Sort): void {
    this.remember({ sort });
    this.emit();
  }

  /** Sort by a column. */
  chooseOrder(order: IOrder): void {
    this.remember({ sort: 'column', order });
    this.emit();
  }

  /** Show these columns where there is room for them; `null` for the usual ones. */
  chooseColumns(columns: readonly string[] | null): void {
    const series = this.lineage?.series ?? '';
    const others = Object.entries(this.choices.columns ?? {}).filter(([name]) => name !== series);
    const own = columns === null ? [] : [[series, columns] as const];
    this.remember({ columns: Object.fromEntries([...others, ...own]) });
    this.emit();
  }

  /** Choose an experiment, by default one of the shown series; `null` for whichever was made last. */
  choose(number: number | null, series?: string): void {
    if (series !== undefined && series !== this.lineage?.series) {
      this.remember({ series });
      this.picked = new Set();
      this.folded = new Set();
    }
    this.choice = number;
    this.unfoldTo(number);
    this.emit();
  }

  /** Pick an experiment to be compared, or put it back. */
  pick(number: number): void {
    this.picked = toggled(this.picked, number);
    this.emit();
  }

  unpick(): void {
    this.picked = new Set();
    this.emit();
  }

  /** Fold the children of an experiment away, or show them. */
  fold(number: number): void {
    this.folded = toggled(this.folded, number);
    this.emit();
  }

  /** Show the children of all that an experiment is folded away below. */
  private unfoldTo(number: number | null): void {
    const hiding =
      this.folded.size === 0 || number === null ? [] : ancestors(this.lineage?.rows ?? [], number);
    if (hiding.some(one => this.folded.has(one))) {
      this.folded = new Set(Array.from(this.folded).filter(one => !hiding.includes(one)));
    }
  }

  /** Fold the children of these away, and of no others. */
  foldOnly(numbers: readonly number[]): void {
    this.folded = new Set(numbers);
    this.emit();
  }

  filter(line: string): void {
    this.line = line;
    this.emit();
  }

  /** Whether the panel can be seen; while it cannot, and nothing runs, the server is not asked. */
  see(seen: boolean): void {
    this.seen = seen;
    if (seen) {
      void this.renew();
    } else {
      this.beat.rest();
    }
  }

  /** Look for the folder of the open notebook again, where the server did not know it. */
  settle(): void {
    if (this.awake && this.folder !== null && this.place?.path !== this.folder) {
      void this.renew();
    }
  }

  /** Look now: something changed. */
  ping(): void {
    void this.renew();
  }

  /** Look now, as a kernel says; what runs in the notebook that is followed is what its user wants to see. */
  told(told: ITold, path: string): void {
    if (path === this.followed && told.status === 'running' && told.run !== this.lastRun) {
      this.lastRun = told.run;
      this.wanted = { series: told.series, number: null };
      this.take();
    }
    this.ping();
  }

  /** Ask nothing any more. */
  dispose(): void {
    this.beat.dispose();
    Signal.clearData(this);
  }

  /** Change note, tags or star; shown at once, and taken back where the server refuses. */
  async edit(at: IAt, edit: IEdit): Promise<void> {
    const one = { at, edit };
    this.edits = [...this.edits, one];
    this.emit();
    try {
      const row = await request.edit(this.settings, at, edit);
      if (at.place === this.place?.place) {
        this.known = withRow(this.known, at, row);
      }
    } finally {
      this.edits = this.edits.filter(other => other !== one);
      this.emit();
    }
  }

  /** Pin a baseline or set goals; what follows from it is read anew. */
  async editSeries(place: string, series: string, change: ISeriesEdit): Promise<void> {
    await request.editSeries(this.settings, place, series, change);
    this.ping();
  }

  /** Ask the server now; while that is under way, once more after it. */
  renew(): Promise<void> {
    return this.beat.now();
  }

  private async look(): Promise<void> {
    await this.restored;
    const wants = this.folder !== null && this.place?.path !== this.folder && !this.elsewhere;
    if (this.places === null || this.place === null || wants) {
      await this.findPlace();
    }
    const { place } = this;
    if (place === null) {
      return;
    }
    try {
      const answer = await request.overview(this.settings, place.place, this.known.revision);
      // Another place may have been chosen meanwhile.
      if (this.place?.place === place.place) {
        this.known = merged(this.known, answer);
        this.take();
      }
    } catch (reason) {
      if (reason instanceof request.RequestError && reason.status === 404) {
        this.lose(place);
      }
      throw reason;
    }
  }

  /** Read which places there are, and enter the one to show. */
  private async findPlace(): Promise<void> {
    this.places = await request.places(this.settings);
    const wanted =
      this.folder === null
        ? (this.places.find(({ experiments }) => experiments) ?? this.places[0])
        : this.places.find(({ path }) => path === this.folder);
    if (wanted?.place !== this.place?.place) {
      this.enter(wanted ?? null);
      this.elsewhere = false;
    }
  }

  /** A place is gone: it is looked for again next time. */
  private lose(place: IPlace): void {
    if (this.place?.place === place.place) {
      this.enter(null);
      this.places = null;
    }
  }

  private enter(place: IPlace | null): void {
    if (place?.place === this.place?.place) {
      return;
    }
    this.elsewhere = place !== null && place.path !== this.folder;
    this.place = place;
    this.known = NOTHING;
    this.choice = null;
    this.line = '';
    this.picked = new Set();
    this.folded = new Set();
    // Told before anything of the new place is known, so that nobody compares one place with another.
    this.emit();
  }

  /** Choose what the followed notebook is, as soon as it is known. */
  private take(): void {
    const { wanted } = this;
    const lineage = wanted === null ? undefined : this.known.series.get(wanted.series);
    if (wanted === null || lineage === undefined || this.place?.path !== this.folder) {
      return;
    }
    if (wanted.series !== this.lineage?.series) {
      this.choose(null, wanted.series);
    }
    if (wanted.number !== null && lineage.rows.every(row => row.number !== wanted.number)) {
      // It is wanted until it is there: a fork is in the overview a moment after it is opened.
      return;
    }
    this.choice = wanted.number;
    this.wanted = null;
    this.emit();
  }

  private get choices(): IChoices {
    return this.memory.of(this.place?.place ?? '');
  }

  private remember(choices: IChoices): void {
    this.memory.choose(this.place?.place ?? '', choices);
  }

  private get awake(): boolean {
    return this.seen || this.running.length > 0;
  }

  /** Take in how a look went. */
  private looked(reason: unknown): void {
    const status = reason instanceof request.RequestError ? reason.status : null;
    const message = reason instanceof Error ? reason.message : String(reason);
    this.trouble = reason === null ? null : { message, status };
    this.emit();
  }

  private emit(): void {
    this.signal.emit();
  }

  private readonly signal = new Signal<this, void>(this);
  private readonly memory: Memory;
  private readonly restored: Promise<void>;
  private readonly beat = new Beat(
    () => this.look(),
    () => this.awake,
    reason => {
      this.looked(reason);
    }
  );
  /** Rows are told apart by identity: what changed is another object. */
  private readonly stamps = new WeakMap<IRow, string>();
  private stamped = 0;
  private edits: readonly { readonly at: IAt; readonly edit: IEdit }[] = [];
  private shown: { of: ILineage; edits: unknown; drawn: ILineage } | null = null;
  private usual: Sort = 'number';
  private choice: number | null = null;
  private followed: string | null = null;
  private wanted: INamed | null = null;
  /** Whether another place than the open notebook's was chosen. */
  private elsewhere = false;
  private seen = false;
  private lastRun: string | undefined;
}

/** The number of the experiment that ran last; where none ran, of the one that was made last. */
function latest(rows: readonly IRow[]): number | null {
  const time = (row: IRow | undefined): number => Date.parse(row?.started ?? '') || 0;
  return (
    rows.reduce<IRow | undefined>(
      (last, row) =>
        last === undefined || time(row) > time(last) || (time(row) === time(last) && row.number > last.number)
          ? row
          : last,
      undefined
    )?.number ?? null
  );
}

/** The experiments above one in the tree; the list is depth first. */
function ancestors(rows: readonly IRow[], number: number): readonly number[] {
  const found: number[] = [];
  let index = rows.findIndex(row => row.number === number);
  let depth = rows[index]?.depth ?? 0;
  for (; index >= 0 && depth > 0; index--) {
    const row = rows[index];
    if (row !== undefined && row.depth < depth) {
      found.push(row.number);
      depth = row.depth;
    }
  }
  return found;
}

function toggled(numbers: ReadonlySet<number>, number: number): ReadonlySet<number> {
  const after = new Set(numbers);
  if (!after.delete(number)) {
    after.add(number);
  }
  return after;
}
