/** Acting: does what the views ask for, and says what went wrong. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IActs } from './acts';
import type { Model } from './model';
import * as request from './request';
import type { Goal, IAt, IEdit } from './tokens';
import { padded, titleOf } from './leaves/words';

/** How long a deletion can be undone by its notification, in ms. */
const UNDO = 15_000;

/** What acting needs of the front end. */
export interface IStage {
  readonly app: JupyterFrontEnd;
  readonly model: Model;
  readonly documents: IDocumentManager;
  readonly trans: TranslationBundle;
  /** Show in a tab what differs between two. */
  readonly showDiff: (acts: Acting, where: IWhere, numbers: readonly [number, number]) => void;
  /** Show in a tab what differs between several. */
  readonly showComparison: (acts: Acting, where: IWhere, numbers: readonly number[]) => void;
}

/** A series, in its place. */
export interface IWhere {
  readonly place: string;
  readonly series: string;
}

/** Give a browser a file to keep. */
function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // Not at once: some browsers begin to read only later.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

export class Acting implements IActs {
  /**
   * @param where the series to act on; by default the shown one, whichever that is.
   */
  constructor(
    readonly stage: IStage,
    private readonly where?: IWhere
  ) {}

  choose(number: number, series?: string): void {
    const { model } = this.stage;
    if (this.where !== undefined) {
      model.choosePlace(this.where.place);
    }
    model.choose(number, series ?? this.where?.series);
  }

  newFrom(number: number): void {
    this.attempt(async at => {
      const { model, trans } = this.stage;
      const asked = await InputDialog.getText({
        title: trans.__('New experiment from %1', padded(number)),
        label: trans.__('Its note: what will you try?'),
        okLabel: trans.__('Make it')
      });
      if (asked.button.accept) {
        const note = asked.value?.trim() ?? '';
        const made = await request.fork(model.settings, at.place, at.series, { parent: number, note });
        model.ping();
        this.show(made.notebook);
      }
    }, number);
  }

  open(number: number): void {
    this.attempt(async at => {
      const { model, trans } = this.stage;
      const { notebook, exists, runs } = await request.detail(model.settings, at);
      if (exists) {
        this.show(notebook);
      } else if (runs.length > 0) {
        // Its file was deleted or moved: what ran is kept.
        this.show((await request.restore(model.settings, at)).notebook);
        model.ping();
      } else {
        throw new Error(trans.__('%1 has no notebook and never ran', padded(number)));
      }
    }, number);
  }

  diff(left: number, right: number): void {
    this.attempt(at => {
      this.stage.showDiff(this.bound(at), at, [left, right]);
    }, right);
  }

  compare(numbers: readonly number[]): void {
    this.attempt(at => {
      const { trans } = this.stage;
      if (numbers.length < 2 || numbers.length > 6) {
        throw new Error(trans.__('two to six experiments can be compared, not %1', numbers.length));
      }
      const sorted = [...numbers].sort((one, other) => one - other);
      this.stage.showComparison(this.bound(at), at, sorted);
    }, numbers[0] ?? 0);
  }

  restore(number: number): void {
    this.attempt(async at => {
      const { model, documents, trans } = this.stage;
      const { notebook } = await request.detail(model.settings, at);
      const widget = documents.findWidget(notebook);
      const context = widget === undefined ? undefined : documents.contextForWidget(widget);
      if (context?.model.dirty === true && !(await this.confirmed(number))) {
        return;
      }
      const restored = await request.restore(model.settings, at);
      // An open document would notice on its next save that its file is another one, and ask.
      await context?.revert();
      model.ping();
      Notification.success(
        restored.kept
          ? trans.__('%1 is as it ran', padded(number))
          : trans.__('%1 is as it ran again', padded(number)),
        { autoClose: 3000 }
      );
    }, number);
  }

  remove(number: number): void {
    this.attempt(async at => {
      const { model, trans } = this.stage;
      const missed = await request.remove(model.settings, at);
      model.ping();
      const undo = (): void => {
        this.attempt(async () => {
          await request.undelete(model.settings, at);
          model.ping();
        }, number);
      };
      const said = trans.__('%1 was deleted', padded(number));
      Notification.emit(missed === null ? said : `${said}: ${missed}`, missed === null ? 'info' : 'warning', {
        autoClose: UNDO,
        actions: [{ label: trans.__('Undo'), callback: undo, displayType: 'accent' }]
      });
    }, number);
  }

  exportTable(format: 'csv' | 'xlsx'): void {
    this.attempt(async at => {
      const { model } = this.stage;
      const table = await request.exportTable(model.settings, at.place, at.series, format);
      download(table, `${at.series}.${format}`);
    }, 0);
  }

  edit(number: number, change: IEdit): void {
    this.attempt(at => this.stage.model.edit(at, change), number);
  }

  pin(number: number | null): void {
    this.attempt(at => this.stage.model.editSeries(at.place, at.series, { baseline: number }), number ?? 0);
  }

  /** Say whether more or less of a metric is better. */
  setGoal(metric: string, goal: Goal): void {
    this.attempt(at => this.stage.model.editSeries(at.place, at.series, { goals: { [metric]: goal } }), 0);
  }

  /** Ask for another experiment, then show what differs from it. */
  async diffWith(number: number): Promise<void> {
    const { model, trans } = this.stage;
    const row = model.row(number);
    const asked = await InputDialog.getText({
      title: trans.__('What differs between %1 and another experiment', padded(number)),
      label: trans.__('Number of the other one'),
      text: row?.against == null ? '' : String(row.against),
      okLabel: trans.__('Show')
    });
    if (asked.button.accept) {
      const found = /^#?0*([0-9]{1,12})$/.exec(asked.value?.trim() ?? '');
      const other = model.row(Number(found?.[1]));
      if (other === null) {
        Notification.error(trans.__('There is no experiment %1 in this series', asked.value?.trim() ?? ''), {
          autoClose: 5000
        });
      } else {
        this.diff(other.number, number);
      }
    }
  }

  /** Do something with an experiment; where that goes wrong, say so in one line. */
  attempt(act: (at: IAt) => Promise<void> | void, number: number): void {
    const { model, trans } = this.stage;
    const at = this.where === undefined ? model.at(number) : { ...this.where, number };
    if (at === null) {
      return;
    }
    const done = async (): Promise<void> => {
      await act(at);
    };
    done().catch((reason: unknown) => {
      const silent = reason instanceof request.RequestError && reason.unanswered;
      const said = silent
        ? trans.__('the server does not answer; try again')
        : reason instanceof Error
          ? reason.message
          : String(reason);
      Notification.error(`${at.series}: ${said}`, { autoClose: 8000 });
    });
  }

  private async confirmed(number: number): Promise<boolean> {
    const { trans } = this.stage;
    const row = this.stage.model.row(number);
    const answer = await showDialog({
      title: trans.__('Restore %1 as it ran?', padded(number)),
      body: trans.__(
        'Its notebook is open and has changes that were not saved; they will be lost. %1',
        row === null ? '' : titleOf(row)
      ),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Cancel') }),
        Dialog.warnButton({ label: trans.__('Restore') })
      ]
    });
    return answer.button.accept;
  }

  /** The same acts, on this series whatever is shown. */
  private bound(at: IAt): Acting {
    return new Acting(this.stage, { place: at.place, series: at.series });
  }

  private show(notebook: string): void {
    this.stage.documents.openOrReveal(notebook, 'default', undefined, { mode: 'tab-after' });
  }
}
