/** Notebooks: an open notebook and its kernel, each told by the other what becomes of the file. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { CodeCell } from '@jupyterlab/cells';
import type { Cell, ICellModel } from '@jupyterlab/cells';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { NotebookActions } from '@jupyterlab/notebook';
import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { beside, movedAddress, notebookName, readsNotebook, toldBy } from './leaves/told';
import type { ISent } from './leaves/told';
import { padded } from './leaves/words';
import * as request from './request';
import { Saves } from './saves';
import type { NotebookContext } from './saves';
import { METADATA_KEY } from './tokens';
import type { ITold } from './tokens';

/** How many executions of a notebook we know as ours; a message of an older one is old news. */
const MOST_REQUESTS = 500;
/** How long we leave it to whoever ran the cell to rename the document, in ms: it may be gone. */
const PATIENCE = 3000;

/** What following notebooks needs of the front end. */
export interface INotebooks {
  readonly app: JupyterFrontEnd;
  readonly tracker: INotebookTracker;
  readonly documents: IDocumentManager;
  readonly trans: TranslationBundle;
  /** Called with whatever a kernel tells, and the path of the notebook that it tells it to. */
  readonly told: (told: ITold, path: string) => void;
}

/** Let open notebooks and their kernels know of each other, as long as the front end lives. */
export function followNotebooks(stage: INotebooks): void {
  const documents = new Map<NotebookContext, OpenDocument>();
  const follow = (panel: NotebookPanel): void => {
    const { context } = panel;
    // Two views of a notebook share it.
    if (!documents.has(context)) {
      documents.set(context, new OpenDocument(stage, context));
      context.disposed.connect(() => documents.delete(context));
    }
  };
  stage.tracker.forEach(follow);
  stage.tracker.widgetAdded.connect((_, panel) => {
    follow(panel);
  });
  NotebookActions.executionScheduled.connect((_, { notebook, cell }) => {
    const panel = panelOf(stage.tracker, notebook);
    if (panel !== undefined) {
      documents.get(panel.context)?.runs(cell);
    }
  });
}

/** The tracked panel that shows a notebook. */
function panelOf(tracker: INotebookTracker, notebook: Notebook): NotebookPanel | undefined {
  return tracker.find(panel => panel.content === notebook);
}

/**
 * Let a request that is about to be sent hold more metadata than the cell has.
 *
 * The request is made of the model's `metadata` before anything else can happen. The document itself, its undo history,
 * its file and whoever shares it never see it.
 */
function lend(model: ICellModel, sent: ISent): void {
  Object.defineProperty(model, 'metadata', {
    configurable: true,
    get: () => ({ ...model.sharedModel.getMetadata(), [METADATA_KEY]: sent })
  });
  queueMicrotask(() => {
    Reflect.deleteProperty(model, 'metadata');
  });
}

/** One open notebook, in whatever views. */
class OpenDocument {
  private readonly id = UUID.uuid4();
  private readonly saves: Saves;
  private readonly requests = new Set<string>();
  /** The runs whose becoming is under way or done. */
  private readonly heard = new Set<string>();
  /** Whether renaming it goes well, as far as we know. */
  private canBecome = true;

  constructor(
    private readonly stage: INotebooks,
    private readonly context: NotebookContext
  ) {
    this.saves = new Saves(context);
    const { sessionContext } = context;
    sessionContext.iopubMessage.connect((_, message) => {
      this.hear(message);
    });
    const tell = (): void => {
      this.tellSession();
    };
    sessionContext.sessionChanged.connect(tell);
    void context.ready.then(tell);
    let old = context.path;
    context.pathChanged.connect((_, now) => {
      tell();
      moveAddress(old, now);
      old = now;
    });
  }

  /** The file's path on the server's own disk; `null` where it lies elsewhere. */
  private get path(): string | null {
    const { contents } = this.stage.app.serviceManager;
    const drive = contents.driveName(this.context.path);
    // Documents that are edited together lie on a drive of that name, and are files of the server's all the same.
    return drive === '' || drive === 'RTC' ? contents.localPath(this.context.path) : null;
  }

  /** A cell is about to be sent to the kernel. */
  runs(cell: Cell): void {
    if (!(cell instanceof CodeCell)) {
      return;
    }
    const { model } = cell;
    // The request exists once all that is under way just now has happened; without a kernel it never does.
    queueMicrotask(() => {
      const future = cell.isDisposed
        ? null
        : (cell.outputArea.future as CodeCell['outputArea']['future'] | null);
      this.remember(future?.msg.header.msg_id);
    });
    const notebook = this.path;
    if (notebook === null || !readsNotebook(model.sharedModel.getSource())) {
      return;
    }
    const wanted = this.saves.isWanted;
    lend(model, {
      notebook,
      saving: wanted ? (this.context.contentsModel?.last_modified ?? null) : null,
      becomes: this.canBecome && !this.saves.isShared && this.context.contentsModel?.writable === true,
      document: this.id
    });
    if (wanted) {
      // When all cells run, they are all scheduled before the first of these has its turn.
      this.saves.soon();
    }
  }

  private remember(id: string | undefined): void {
    if (id === undefined) {
      return;
    }
    this.requests.add(id);
    if (this.requests.size > MOST_REQUESTS) {
      const [oldest] = this.requests;
      this.requests.delete(oldest ?? '');
    }
  }

  /** The kernel asks the session which notebook it runs in; the session may have an old path, or none. */
  private tellSession(): void {
    const { session } = this.context.sessionContext;
    const path = this.path;
    if (
      this.context.isReady &&
      session !== null &&
      path !== null &&
      session.path !== path &&
      !this.saves.isShared
    ) {
      // A session that ends meanwhile needs no path.
      session.setPath(path).catch(() => undefined);
    }
  }

  private hear(message: KernelMessage.IMessage): void {
    const told = toldBy(message.content);
    if (told === null) {
      return;
    }
    const path = this.path ?? this.context.path;
    this.stage.told(told, path);
    const parent = message.parent_header as Partial<KernelMessage.IHeader>;
    // A kernel may serve several notebooks and consoles, and each hears everything.
    const mine = parent.msg_id !== undefined && this.requests.has(parent.msg_id);
    if (typeof told.open === 'string' && mine) {
      this.open(told.open);
    }
    const key = `${told.number} ${told.run ?? ''}`;
    if (this.isFrozen(told) && !this.heard.has(key)) {
      this.heard.add(key);
      setTimeout(
        () => {
          this.become(told, mine).catch((reason: unknown) => {
            console.warn('jupyter_xpt: the notebook could not become the next number', reason);
          });
        },
        mine ? 0 : PATIENCE
      );
    }
  }

  /** Whether this document is the frozen one that is told of. */
  private isFrozen({ series, frozen }: ITold): boolean {
    const name = PathExt.basename(this.context.path);
    return typeof frozen === 'number' && name === notebookName(series, frozen) && !this.saves.isShared;
  }

  private open(name: string): void {
    const { documents, tracker } = this.stage;
    const asked = tracker.find(panel => panel.context === this.context);
    // Whoever has gone on to something else is left there.
    const activate = asked === undefined || tracker.currentWidget === asked;
    documents.openOrReveal(beside(this.context.path, name), undefined, undefined, {
      mode: 'tab-after',
      activate,
      ...(asked === undefined ? {} : { ref: asked.id })
    });
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
      this.canBecome = false;
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
    let line = trans.__('%1 is frozen, and could not be renamed to %2 (%3).', frozen, number, said(reason));
    if (taken) {
      line += ` ${trans.__('What ran is kept as %1; a file of that name is there already.', number)}`;
    } else {
      const at = await this.at(told, told.number);
      if (at !== null) {
        await request.restore(this.settings, at);
        line += ` ${trans.__('What ran is in %1; open that to go on.', told.notebook ?? number)}`;
      }
    }
    line += ` ${trans.__('%1 is put back as it ran when you close it.', frozen)}`;
    Notification.warning(line, { autoClose: false });
    const path = this.path;
    this.context.disposed.connect(() => {
      void this.putBack(told, path);
    });
  }

  /** Put the frozen notebook back as it ran. */
  private async putBack(told: ITold, path = this.path): Promise<void> {
    const { trans } = this.stage;
    const frozen = told.frozen ?? 0;
    try {
      const at = await this.at(told, frozen, path);
      if (at !== null) {
        await request.restore(this.settings, at);
        return;
      }
    } catch (reason) {
      console.warn('jupyter_xpt: a frozen notebook was not put back', reason);
    }
    // The kernel does it with the next run, where there is one.
    Notification.warning(
      trans.__('%1 is not put back as it ran yet: jupyter xpt restore %1 does it', padded(frozen)),
      { autoClose: false }
    );
  }

  private get settings(): Parameters<typeof request.restore>[0] {
    return this.stage.app.serviceManager.serverSettings;
  }

  /** What requests call an experiment of this notebook's folder; `null` where the server does not know the folder. */
  private async at(
    { series }: ITold,
    number: number,
    path = this.path
  ): Promise<{ place: string; series: string; number: number } | null> {
    if (path === null) {
      return null;
    }
    const folder = PathExt.dirname(path);
    const found = (await request.places(this.settings)).find(one => one.path === folder);
    return found === undefined ? null : { place: found.place, series, number };
  }
}

/** Why something failed, in a few words. */
function said(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Keep the page's address and title right where a page shows one notebook (Notebook 7): it follows its own dialog only. */
function moveAddress(old: string, now: string): void {
  const pages = URLExt.join(URLExt.parse(PageConfig.getBaseUrl()).pathname, 'notebooks/');
  const address = movedAddress(window.location.pathname, pages, { old, now });
  if (address === null) {
    return;
  }
  window.history.replaceState(
    window.history.state,
    '',
    address + window.location.search + window.location.hash
  );
  const title = document.querySelector('#jp-title h1');
  if (title !== null) {
    title.textContent = PathExt.basename(now, '.ipynb');
  }
}
