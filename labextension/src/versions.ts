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

/**
 * What to tell the user about the server half, in one line; `null` where all is well.
 *
 * @param browser version of this extension.
 * @param server version that the server half gave; `null` where there is none.
 */
export function advice(browser: string, server: string | null): string | null {
  const expected = pythonVersion(browser);
  if (server === null) {
    return (
      'jupyter_xpt: the server does not have the server extension; ' +
      `run "pip install jupyter_xpt==${expected}" in the environment that JupyterLab runs in and restart JupyterLab`
    );
  }
  if (pythonVersion(server) === expected) {
    return null;
  }
  return (
    `jupyter_xpt: this page has version ${expected}, the server has ${server}; ` +
    'reload the page, and if this line comes back restart JupyterLab'
  );
}
