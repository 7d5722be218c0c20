import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { ServerConnection } from '@jupyterlab/services';

import { about, address } from '../src/request';

const ADDRESSES: readonly (readonly [string, string])[] = [
  ['http://localhost:8888/', 'http://localhost:8888/jupyter-xpt/about'],
  ['http://localhost:8888', 'http://localhost:8888/jupyter-xpt/about'],
  ['https://hub.example/user/ada/', 'https://hub.example/user/ada/jupyter-xpt/about'],
  ['/lab/', '/lab/jupyter-xpt/about']
];

for (const [base, whole] of ADDRESSES) {
  test(`the route under ${base} is ${whole}`, () => {
    assert.equal(address(base, 'about'), whole);
  });
}

/** Ask a real server that gives one answer to everything. */
async function askServer(
  status: number,
  body: string
): Promise<{ answer: unknown; path: string | undefined }> {
  let path: string | undefined;
  const server = createServer((request, response) => {
    path = request.url;
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab-base/`;
  try {
    return { answer: await about(ServerConnection.makeSettings({ baseUrl, fetch, Request, Headers })), path };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('the server half is asked below the base address', async () => {
  const { answer, path } = await askServer(200, '{"version": "0.1.0"}');
  assert.deepEqual(answer, { version: '0.1.0' });
  assert.match(path ?? '', /^\/lab-base\/jupyter-xpt\/about(\?|$)/);
});

test('a server without our half gives null', async () => {
  assert.equal((await askServer(404, '{}')).answer, null);
});

test('a refused login is an error, not a missing half', async () => {
  await assert.rejects(
    askServer(403, '{"message": "Forbidden"}'),
    error => error instanceof ServerConnection.ResponseError && error.response.status === 403
  );
});
