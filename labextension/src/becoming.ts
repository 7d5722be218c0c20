/** Becoming: an open notebook whose edit is another experiment takes that one's number, and its old file is put back. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { beside, notebookName } from './leaves/told';
import { padded } from './leaves/words';
import * as request from './request';
import type { NotebookContext, Saves } from './saves';
import { METADATA_KEY } from './tokens';
import type { ITold } from './tokens';

/** How long we leave it to whoever ran the cell to rename the document, in ms: it may be gone. */
const PATIENCE = 3000;

/** What becoming needs of the front end. */
export interface IRenaming {
  readonly app: JupyterFrontEnd;
  readonly trans: TranslationBundle;
}

/** A document's path on the server's own disk; `null` where it lies elsewhere. */
export function pathOf(contents: Contents.IManager, { path }: NotebookContext): string | null {
  const drive = contents.driveName(path);
  // Documents that are edited together lie on a drive of that name, and are files of the server's all the same.
  return drive === '' || drive === 'RTC' ? contents.localPath(path) : null;
}

/** The becoming of one open notebook. */
export class Becoming {
  /** The runs whose becoming is under way or done. */
  private readonly heard = new Set<string>();
  /** Whether renaming it goes well, as far as we know. */
  private goesWell = true;

  constructor(
    private readonly stage: IRenaming,
    private readonly context: NotebookContext,
    private readonly saves: Saves
  ) {}

  /** Whether the document can be renamed; who shares it would be left behind. */
  get canBecome(): boolean {
    return this.goesWell && !this.saves.isShared && this.context.contentsModel?.writable === true;
  }

  /**
   * The kernel tells of a run.
   *
   * @param mine whether the cell was sent from here. Where it was not, whoever sent it goes first.
   */
  hear(told: ITold, mine: boolean): void {
    const key = `${told.number} ${told.run ?? ''}`;
    if (!this.isFrozen(told) || this.heard.has(key)) {
      return;
    }
    this.heard.add(key);
    const become = (): void => {
      this.become(told, mine).catch((reason: unknown) => {
        console.warn('jupyter_xpt: the notebook could not become the next number', reason);
      });
    };
    if (mine) {
      become();
    } else {
      setTimeout(become, PATIENCE);
    }
  }

  private get path(): string | null {
    return pathOf(this.stage.app.serviceManager.contents, this.context);
  }

  /** Whether this document is the frozen one that is told of. */
  private isFrozen({ series, frozen }: ITold): boolean {
    const name = PathExt.basename(this.context.path);
    return typeof frozen === 'number' && name === notebookName(series, frozen) && !this.saves.isShared;
  }

  /** Let the document be the number that its edit became, and the frozen file as it ran. */
  private async become(told: ITold, mine: boolean): Promise<void> {
    const { context, stage } = this;
    const { contents } = stage.app.serviceManager;
    const name = told.notebook ?? notebookName(told.series, told.number);
    const target = beside(context.path, name);
    if (context.isDisposed || !this.isFrozen(told)) {
      return;
    }
    const isThere = (path: string): Promise<boolean> =>
      contents.get(path, { content: false }).then(
        () => true,
        () => false
      );
    if (!mine && (await isThere(target)) && !(await isThere(context.path))) {
      // Another page has renamed it already.
      await context.sessionContext.session?.setPath(contents.localPath(target));
      return;
    }
    try {
      await this.saves.inTurn(() => context.rename(name));
    } catch (reason) {
      this.goesWell = false;
      await this.stay(told, await isThere(target), reason);
      return;
    }
    this.mark(told);
    await this.putBack(told);
    this.saves.soon();
  }

  /** Let the notebook itself say which experiment it is. */
  private mark({ series, number, parent }: ITold): void {
    if (!this.context.isDisposed) {
      const mark = typeof parent === 'number' ? { series, number, parent } : { series, number };
      this.context.model.setMetadata(METADATA_KEY, mark);
    }
  }

  /** The document could not be renamed: what ran gets a file of its own, and this one is put back when it is closed. */
  private async stay(told: ITold, taken: boolean, reason: unknown): Promise<void> {
    const { trans } = this.stage;
    const [frozen, number] = [padded(told.frozen ?? 0), padded(told.number)];
    const name = told.notebook ?? notebookName(told.series, told.number);
    let where = trans.__('There is a file %1 already; what ran is kept as %2.', name, number);
    if (!taken) {
      const made = await this.restore(told, told.number, this.path);
      where = made
        ? trans.__('What ran is in %1; open that to go on.', name)
        : trans.__('What ran is kept: jupyter xpt restore --notebook %1 makes its notebook.', number);
    }
    const lines = [
      trans.__('%1 is frozen, and could not be renamed to %2 (%3).', frozen, number, said(reason)),
      where,
      trans.__('%1 is put back as it ran when you close it.', frozen)
    ];
    Notification.warning(lines.join(' '), { autoClose: false });
    const path = this.path;
    this.context.disposed.connect(() => {
      void this.putBack(told, path);
    });
  }

  /** Put the frozen notebook back as it ran. */
  private async putBack(told: ITold, path = this.path): Promise<void> {
    const frozen = told.frozen ?? 0;
    if (!(await this.restore(told, frozen, path))) {
      // The kernel does it with the next run, where there is one.
      const { trans } = this.stage;
      Notification.warning(
        trans.__(
          '%1 is not put back as it ran yet: jupyter xpt restore --notebook %1 does it',
          padded(frozen)
        ),
        { autoClose: false }
      );
    }
  }

  /** Let the numbered notebook of an experiment beside this one be there as it ran; gives whether it is. */
  private async restore({ series }: ITold, number: number, path: string | null): Promise<boolean> {
    const { serverSettings } = this.stage.app.serviceManager;
    try {
      const folder = path === null ? null : PathExt.dirname(path);
      const place = (await request.places(serverSettings)).find(one => one.path === folder)?.place;
      if (place === undefined) {
        return false;
      }
      await request.restore(serverSettings, { place, series, number });
      return true;
    } catch (reason) {
      console.warn('jupyter_xpt: a numbered notebook was not put back', reason);
      return false;
    }
  }
}

/** Why something failed, in a few words. */
function said(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
