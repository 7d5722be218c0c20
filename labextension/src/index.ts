/** The JupyterLab plugin of jupyter_xpt. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';

import description from '../../package.json';
import { about } from './request';
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

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Experiments that number, snapshot, log, repeat and compare themselves.',
  autoStart: true,
  activate: (app: JupyterFrontEnd): void => {
    // Not awaited: the front end must not wait for the answer. A server that cannot be reached or refuses the login
    // is JupyterLab's own to report, so that goes to the console only.
    checkServer(app).catch((reason: unknown) => {
      console.warn('jupyter_xpt: no answer from the server', reason);
    });
  }
};

export default plugin;
