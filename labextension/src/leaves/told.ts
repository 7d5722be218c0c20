/** What the kernel and an open notebook tell each other, as values. */
import { PathExt, URLExt } from '@jupyterlab/coreutils';
import type { JSONValue, PartialJSONObject } from '@lumino/coreutils';

import { METADATA_KEY } from '../tokens';
import type { ITold } from '../tokens';
import { padded } from './words';

/** What goes to the kernel with a cell. */
export interface ISent extends PartialJSONObject {
  /** The notebook's path as the server has it. */
  notebook: string;
  /** When the file was last written before the save that is under way; `null` where nothing is to be saved. */
  saving: string | null;
  /** Whether the open document becomes the next number when the kernel says so. */
  becomes: boolean;
  /** The open document, whatever its file is called. */
  document: string;
}

/** What of a cell a snapshot holds. */
export interface ICellContent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Metadata that running a cell writes. */
const OF_RUNS = new Set(['execution', 'trusted']);

/** Whether the kernel reads the notebook's file when it runs the cell: what is edited must be in it then. */
export function readsNotebook(source: string): boolean {
  return /^\s*%%experiment\b/.test(source) || /^[ \t]*%xpt_new\b/m.test(source);
}

/** A notebook without its outputs as one text: two are the same where a snapshot would be. */
export function essence(metadata: unknown, cells: readonly ICellContent[]): string {
  const kept = cells.map(({ id, type, source, metadata: own }) => [
    id,
    type,
    source,
    Object.entries(own)
      .filter(([key]) => !OF_RUNS.has(key))
      .sort(([one], [other]) => (one < other ? -1 : 1))
  ]);
  return JSON.stringify([metadata, kept]);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Whether a text can be the name of a notebook beside another one. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[^/\\:]+\.ipynb$/.test(value) && !value.startsWith('.');
}

/** What a message of the kernel's tells us; `null` where it is not for us, or not understood. */
export function toldBy(content: unknown): ITold | null {
  const { transient } = content as { transient?: Record<string, JSONValue> };
  const said = transient?.[METADATA_KEY] as Partial<Record<keyof ITold, unknown>> | undefined | null;
  if (typeof said?.series !== 'string' || !isNumber(said.number)) {
    return null;
  }
  return {
    series: said.series,
    number: said.number,
    parent: isNumber(said.parent) ? said.parent : null,
    frozen: isNumber(said.frozen) ? said.frozen : null,
    open: isName(said.open) ? said.open : null,
    ...(typeof said.run === 'string' ? { run: said.run } : {}),
    ...(said.status === 'running' || said.status === 'ended' ? { status: said.status } : {}),
    ...(isName(said.notebook) ? { notebook: said.notebook } : {})
  };
}

/** The file name of a numbered notebook. */
export function notebookName(series: string, number: number): string {
  return `${series}_${padded(number)}.ipynb`;
}

/** The path of a file beside another one. */
export function beside(path: string, name: string): string {
  const folder = PathExt.dirname(path);
  return folder === '' ? name : `${folder}/${name}`;
}

/**
 * The address of a page that shows one notebook, once that is called otherwise; `null` where the page shows another.
 *
 * @param pages what the addresses of such pages begin with.
 */
export function movedAddress(
  address: string,
  pages: string,
  names: { readonly old: string; readonly now: string }
): string | null {
  if (!address.startsWith(pages)) {
    return null;
  }
  let shown: string;
  try {
    shown = decodeURIComponent(address.slice(pages.length));
  } catch {
    return null;
  }
  return shown === names.old ? pages + URLExt.encodeParts(names.now) : null;
}
