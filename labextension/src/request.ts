/** Questions to the server half: the only module that talks to it. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { ROUTES } from './tokens';
import type { IAbout } from './tokens';

/** The address of one of our routes. */
export function address(baseUrl: string, route: string): string {
  return URLExt.join(baseUrl, ROUTES, route);
}

/**
 * What the server half says of itself; `null` where the server has no such half.
 *
 * @throws ServerConnection.NetworkError where the server does not answer at all, and ServerConnection.ResponseError
 * where it answers with an error other than 404.
 */
export async function about(settings: ServerConnection.ISettings): Promise<IAbout | null> {
  const response = await ServerConnection.makeRequest(address(settings.baseUrl, 'about'), {}, settings);
  if (response.status === 404) {
    return null;
  }
  if (!response.ok) {
    throw await ServerConnection.ResponseError.create(response);
  }
  return (await response.json()) as IAbout;
}
