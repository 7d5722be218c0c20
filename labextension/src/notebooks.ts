/** Notebooks: an open notebook and its kernel, each told by the other what becomes of the file. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { CodeCell } from '@jupyterlab/cells';
import type { Cell, ICellModel } from '@jupyterlab/cells';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { NotebookActions } from '@jupyterlab/notebook';
import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { Becoming, pathOf } from './becoming';
import { beside, movedAddress, readsNotebook, toldBy } from './leaves/told';
import type { ISent } from './leaves/told';
import { Saves } from './saves';
import type { NotebookContext } from './saves';
import { METADATA_KEY } from './tokens';
import type { ITold } from './tokens';

/** How many executions of a notebook we know as ours; a message of an older one is old news. */
const MOST_REQUESTS = 500;

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
  private readonly becoming: Becoming;

  constructor(
    private readonly stage: INotebooks,
    private readonly context: NotebookContext
  ) {
    this.saves = new Saves(context);
    this.becoming = new Becoming(stage, context, this.saves);
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

  private get path(): string | null {
    return pathOf(this.stage.app.serviceManager.contents, this.context);
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
      becomes: this.becoming.canBecome,
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
    this.stage.told(told, this.path ?? this.context.path);
    const parent = message.parent_header as Partial<KernelMessage.IHeader>;
    // A kernel may serve several notebooks and consoles, and each hears everything.
    const mine = parent.msg_id !== undefined && this.requests.has(parent.msg_id);
    if (typeof told.open === 'string' && mine) {
      this.open(told.open);
    }
    this.becoming.hear(told, mine);
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
