/** Saves: when an open notebook is saved, and what of it is not. */
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';

import { essence } from './leaves/told';

export type NotebookContext = DocumentRegistry.IContext<INotebookModel>;

/** What a snapshot of the notebook would hold. */
function essenceOf(model: INotebookModel): string {
  const cells = Array.from(model.cells, ({ id, type, sharedModel }) => ({
    id,
    type,
    source: sharedModel.getSource(),
    metadata: sharedModel.getMetadata()
  }));
  return essence(model.metadata, cells);
}

/**
 * The saves of one document, one after another.
 *
 * JupyterLab compares the file with what it wrote last before it writes again, and asks the user where they differ. So
 * a save that begins while another one is under way, or while the file is being renamed, makes it ask about its own
 * work. And what changes while a save is under way counts as saved. Both are rare where people save, but we save
 * whenever an experiment begins, just when its outputs arrive.
 */
export class Saves {
  private last: Promise<unknown> = Promise.resolve();
  private readonly save: () => Promise<void>;
  /** What the file holds; `null` while that is not known. */
  private saved: string | null = null;
  private saving: string | null = null;
  private changed = false;
  private refused = false;

  constructor(private readonly context: NotebookContext) {
    this.save = context.save.bind(context);
    void context.ready.then(() => {
      if (!context.isDisposed && !context.model.dirty) {
        this.saved = essenceOf(context.model);
      }
      context.model.contentChanged.connect(() => {
        this.changed = true;
      });
    });
    context.saveState.connect((_, state) => {
      this.follow(state);
    });
    if (!this.isShared) {
      context.save = () => this.inTurn(this.save);
    }
  }

  /** Whether others work on the same document: then the server saves it. */
  get isShared(): boolean {
    return this.context.model.collaborative === true;
  }

  /** Whether the file lacks something that it can be given, and that a snapshot would hold. */
  get isWanted(): boolean {
    const { contentsModel, model } = this.context;
    return (
      contentsModel?.writable === true &&
      !this.isShared &&
      !model.readOnly &&
      !this.refused &&
      model.dirty &&
      essenceOf(model) !== this.saved
    );
  }

  /** Do something with the file when nobody else does; the next one waits. */
  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const mine = this.last.then(act);
    this.last = mine.catch(() => undefined);
    return mine;
  }

  /** Save what is not saved, if it still is not when its turn comes. Tells the user by itself where that fails. */
  soon(): void {
    this.inTurn(() => (this.context.isDisposed || !this.isWanted ? Promise.resolve() : this.save())).catch(
      () => {
        // Whatever kept it from being saved, the user has seen a dialog of it and shall not see one a run.
        this.refused = true;
      }
    );
  }

  private follow(state: DocumentRegistry.SaveState): void {
    const { model } = this.context;
    if (state === 'started') {
      this.saving = essenceOf(model);
      this.changed = false;
      return;
    }
    this.refused = state === 'failed';
    if (state === 'completed') {
      this.saved = this.saving;
      if (this.changed && !this.isShared) {
        model.dirty = true;
      }
    }
  }
}
