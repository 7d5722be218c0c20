/** Questions to the server half: the only module that talks to it. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { ROUTES } from './tokens';
import type {
  IAbout,
  IAt,
  ICompare,
  ICurves,
  IDetail,
  IDiff,
  IEdit,
  IForked,
  ILog,
  IOverview,
  IPlace,
  IRestored,
  IRow,
  ISeriesEdit,
  LogPart
} from './tokens';

/** Why a question has no answer; the message is one line, to be shown as it is. */
export class RequestError extends Error {
  /**
   * @param message what was wrong.
   * @param status HTTP status of a refusal; `null` where the server did not answer at all.
   */
  constructor(
    message: string,
    readonly status: number | null
  ) {
    super(message);
    this.name = 'RequestError';
  }

  /** Whether nobody answered, so that the same may go well later. */
  get unanswered(): boolean {
    return this.status === null;
  }
}

/** The address of one of our routes. */
export function address(baseUrl: string, route: string): string {
  return URLExt.join(baseUrl, ROUTES, route);
}

/** The route of a series. */
function seriesRoute(place: string, series: string): string {
  return `places/${place}/series/${encodeURIComponent(series)}`;
}

/** The route of an experiment, and of what lies below it. */
function route(at: IAt, ...below: readonly (string | number)[]): string {
  const parts = below.map(part => encodeURIComponent(part));
  return [seriesRoute(at.place, at.series), 'experiments', at.number, ...parts].join('/');
}

/** The reason in an answer that is no success. */
async function refusal(response: Response): Promise<RequestError> {
  let message = '';
  try {
    const said = (await response.json()) as { message?: unknown } | null;
    message = typeof said?.message === 'string' ? said.message.trim() : '';
  } catch {
    // A proxy's page, or nothing: the status has to do.
  }
  return new RequestError(message || `${response.status} ${response.statusText}`.trim(), response.status);
}

/** Send one question; gives the answer of a success. */
async function ask(
  settings: ServerConnection.ISettings,
  where: string,
  init: RequestInit = {}
): Promise<Response> {
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(address(settings.baseUrl, where), init, settings);
  } catch (reason) {
    throw new RequestError(reason instanceof Error ? reason.message : String(reason), null);
  }
  if (!response.ok) {
    throw await refusal(response);
  }
  return response;
}

/** The JSON of an answer; an answer that is none came from something else than our half. */
async function read<T>(
  settings: ServerConnection.ISettings,
  where: string,
  init: RequestInit = {}
): Promise<T> {
  const response = await ask(settings, where, init);
  try {
    return (await response.json()) as T;
  } catch {
    throw new RequestError('the server answered with something other than JSON', response.status);
  }
}

/** A question that changes something. */
function sent(method: 'POST' | 'PATCH' | 'DELETE', body?: unknown): RequestInit {
  return body === undefined ? { method } : { method, body: JSON.stringify(body) };
}

/**
 * What the server half says of itself; `null` where the server has no such half.
 *
 * @throws RequestError where the server does not answer, or answers with an error other than 404. All others throw it too.
 */
export async function about(settings: ServerConnection.ISettings): Promise<IAbout | null> {
  try {
    return await read<IAbout>(settings, 'about');
  } catch (reason) {
    if (reason instanceof RequestError && reason.status === 404) {
      return null;
    }
    throw reason;
  }
}

/** The folders that hold, or are about to hold, experiments. */
export async function places(settings: ServerConnection.ISettings): Promise<readonly IPlace[]> {
  return (await read<{ places: readonly IPlace[] }>(settings, 'places')).places;
}

/** All experiments of a place, or what changed since a revision. */
export function overview(
  settings: ServerConnection.ISettings,
  place: string,
  since: string | null
): Promise<IOverview> {
  const query = since === null ? '' : URLExt.objectToQueryString({ since });
  return read(settings, `places/${place}/overview${query}`);
}

/** All about one experiment. */
export function detail(settings: ServerConnection.ISettings, at: IAt): Promise<IDetail> {
  return read(settings, route(at));
}

/** Change note, tags or star; gives the row as it is then. */
export async function edit(settings: ServerConnection.ISettings, at: IAt, change: IEdit): Promise<IRow> {
  return (await read<{ row: IRow }>(settings, route(at), sent('PATCH', change))).row;
}

/** Move an experiment to the trash; tells who used its outputs, `null` where nobody did. */
export async function remove(settings: ServerConnection.ISettings, at: IAt): Promise<string | null> {
  return (await read<{ warning?: string }>(settings, route(at), sent('DELETE'))).warning ?? null;
}

/** Bring an experiment back from the trash. */
export async function undelete(settings: ServerConnection.ISettings, at: IAt): Promise<void> {
  await ask(settings, route(at, 'undelete'), sent('POST'));
}

/** Put an experiment's numbered notebook back as it ran. */
export function restore(settings: ServerConnection.ISettings, at: IAt): Promise<IRestored> {
  return read(settings, route(at, 'restore'), sent('POST'));
}

/** Lines of a run's log. */
export function log(
  settings: ServerConnection.ISettings,
  at: IAt,
  run: string,
  part: LogPart
): Promise<ILog> {
  return read(settings, route(at, 'runs', run, 'log') + URLExt.objectToQueryString(part));
}

/** The points that a run logged step by step. */
export function curves(settings: ServerConnection.ISettings, at: IAt, run: string): Promise<ICurves> {
  return read(settings, route(at, 'runs', run, 'curves'));
}

/** One picture of a run. */
export async function figure(
  settings: ServerConnection.ISettings,
  at: IAt,
  run: string,
  name: string
): Promise<Blob> {
  return (await ask(settings, route(at, 'runs', run, 'figures', name))).blob();
}

/** What differs between another experiment, on the left, and this one. */
export function diff(settings: ServerConnection.ISettings, at: IAt, other: number): Promise<IDiff> {
  return read(settings, route(at, 'diff', other));
}

/** What differs between two to six experiments. */
export function compare(
  settings: ServerConnection.ISettings,
  place: string,
  series: string,
  numbers: readonly number[]
): Promise<ICompare> {
  const query = URLExt.objectToQueryString({ numbers: numbers.join(',') });
  return read(settings, `${seriesRoute(place, series)}/compare${query}`);
}

/** Pin a baseline, or set goals. */
export async function editSeries(
  settings: ServerConnection.ISettings,
  place: string,
  series: string,
  change: ISeriesEdit
): Promise<void> {
  await ask(settings, seriesRoute(place, series), sent('PATCH', change));
}

/** Make the next experiment, from `parent` as it ran. */
export function fork(
  settings: ServerConnection.ISettings,
  place: string,
  series: string,
  from: { readonly parent: number | null; readonly note: string }
): Promise<IForked> {
  return read(settings, `${seriesRoute(place, series)}/experiments`, sent('POST', from));
}

/** The series as a spreadsheet. */
export async function exportTable(
  settings: ServerConnection.ISettings,
  place: string,
  series: string,
  format: 'csv' | 'xlsx'
): Promise<Blob> {
  const query = format === 'csv' ? '' : URLExt.objectToQueryString({ format });
  return (await ask(settings, `${seriesRoute(place, series)}/export${query}`)).blob();
}
