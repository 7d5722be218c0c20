/** The names that the other modules share, and the shapes that the server answers with. */

/** The plugin's id; the part after the colon is the name of its settings file. */
export const PLUGIN_ID = 'jupyter-xpt:plugin';

/** Where the server half answers, below the server's base address. */
export const ROUTES = 'jupyter-xpt';

/** What the server half says of itself. */
export interface IAbout {
  /** Version of the Python package, as Python writes it: `0.2.0a1`. */
  readonly version: string;
}
