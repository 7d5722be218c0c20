/** The plugins of jupyter_xpt. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import description from '../../package.json';
import { Acting } from './acting';
import { Detail } from './detail/detail';
import { PANEL_ID } from './icons';
import { addCommands, addShow } from './menus';
import { Model } from './model';
import { followNotebooks } from './notebooks';
import { ExperimentsPanel } from './panel/panel';
import { DEFAULTS, readPreferences } from './preferences';
import { about } from './request';
import { notifyEnds, RunningItem } from './status';
import { showComparison, showDiff } from './tabs';
import { PLUGIN_ID } from './tokens';
import { advice } from './versions';

/** Say in one line what is wrong with the server half, if something is. */
async function checkServer(app: JupyterFrontEnd): Promise<void> {
  const answer = await about(app.serviceManager.serverSettings);
  // What is told before JupyterLab stands goes to the list of notifications without being shown.
  await app.restored;
  const line = advice(description.version, answer?.version ?? null);
  if (line !== null) {
    Notification.warning(line, { autoClose: false });
  }
}

/** Show the experiments beside whichever notebook is the current one. */
function followNotebook(app: JupyterFrontEnd, tracker: INotebookTracker, model: Model): void {
  const { contents } = app.serviceManager;
  const look = (): void => {
    const path = tracker.currentWidget?.context.path;
    if (path === undefined) {
      return;
    }
    // Documents that are edited together lie on a drive of their own name, and are files of the server's all the same.
    const drive = contents.driveName(path);
    model.follow(drive === '' || drive === 'RTC' ? contents.localPath(path) : null);
  };
  tracker.widgetAdded.connect((_, notebook) => {
    notebook.context.pathChanged.connect(look);
    // The server knows the folder of a notebook that has a kernel.
    notebook.sessionContext.sessionChanged.connect(() => {
      if (notebook === tracker.currentWidget) {
        model.settle();
      }
    });
  });
  tracker.currentChanged.connect(look);
  look();
}

/** The panel, with its commands and its item in the status bar. */
const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Experiments that number, snapshot, log, repeat and compare themselves.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [
    INotebookTracker,
    ISettingRegistry,
    IStateDB,
    ITranslator,
    ICommandPalette,
    ILayoutRestorer,
    IStatusBar
  ],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    tracker: INotebookTracker | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_xpt');
    const { serverSettings, events } = app.serviceManager;
    const model = new Model(serverSettings, events, state);
    const acts = new Acting({ app, model, documents, trans, showDiff, showComparison });
    const panel = new ExperimentsPanel({ app, model, acts, detail: Detail, trans });
    const reveal = (series: string, number: number | null): void => {
      model.choose(number, series);
      app.shell.activateById(PANEL_ID);
    };
    let preferences = DEFAULTS;
    readPreferences(settings, found => {
      preferences = found;
      model.sortBy(found.sort);
      panel.setPreferences(found);
    });
    addShow(app, palette, trans);
    addCommands(app, model, acts, palette, trans);
    restorer?.add(panel, PANEL_ID);
    app.shell.add(panel, 'left', { rank: 300, type: 'Experiments' });
    const item = new RunningItem(
      model,
      ({ series, row }) => {
        reveal(series, row.number);
      },
      trans
    );
    statusBar?.registerStatusItem('jupyter-xpt:running', {
      item,
      align: 'middle',
      rank: 10,
      isActive: () => model.running.length > 0,
      activeStateChanged: model.changed
    });
    notifyEnds(model, () => preferences.notifyAfter, reveal, trans);
    if (tracker !== null) {
      followNotebook(app, tracker, model);
      followNotebooks({
        app,
        tracker,
        documents,
        trans,
        told: (told, path) => {
          model.told(told, path);
        }
      });
    }
  }
};

/** What is wrong with the server half; on its own, so that it is said wherever the front end runs. */
const serverPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-xpt:server',
  description: 'Says where the server half of jupyter_xpt is missing or has another version.',
  autoStart: true,
  activate: (app: JupyterFrontEnd): void => {
    // Not awaited: the front end must not wait for the answer. A server that cannot be reached or refuses the login
    // is JupyterLab's own to report, so that goes to the console only.
    checkServer(app).catch((reason: unknown) => {
      console.warn('jupyter_xpt: no answer from the server', reason);
    });
  }
};

export default [panelPlugin, serverPlugin];
