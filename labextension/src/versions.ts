/** Whether the two halves, in the browser and in the server, belong together. */

/**
 * The version as Python writes it.
 *
 * `package.json` holds the one version of the project; the Python package is built with the same version in Python's
 * spelling (PEP 440), where `0.2.0-alpha.1` is `0.2.0a1`.
 */
export function pythonVersion(version: string): string {
  return version
    .trim()
    .toLowerCase()
    .replace(/^v/, '')
    .replace(/[-.]?(?:alpha|a)[-.]?(\d+)/, 'a$1')
    .replace(/[-.]?(?:beta|b)[-.]?(\d+)/, 'b$1')
    .replace(/[-.]?(?:preview|pre|rc|c)[-.]?(\d+)/, 'rc$1')
    .replace(/[-.]?dev[-.]?(\d+)/, '.dev$1');
}

/** Longer lines are cut where JupyterLab shows them. */
export const MAX_LINE = 140;

/**
 * What to tell the user about the server half, in one line; `null` where all is well.
 *
 * @param browser version of this extension.
 * @param server version that the server half gave; `null` where there is none.
 */
export function advice(browser: string, server: string | null): string | null {
  const expected = pythonVersion(browser);
  if (server === null) {
    // Enabling it says, too, where the package is missing or does not load.
    return 'jupyter_xpt: the server half is not running; run "jupyter server extension enable jupyter_xpt" where JupyterLab runs, then restart it';
  }
  if (pythonVersion(server) === expected) {
    return null;
  }
  return (
    `jupyter_xpt: this page has version ${expected}, the server has ${server}; ` +
    'reload the page, then restart JupyterLab'
  );
}
