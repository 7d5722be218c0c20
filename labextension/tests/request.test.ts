import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { ServerConnection } from '@jupyterlab/services';

import * as request from '../src/request';
import type { IAt } from '../src/tokens';

const ADDRESSES: readonly (readonly [string, string])[] = [
  ['http://localhost:8888/', 'http://localhost:8888/jupyter-xpt/about'],
  ['http://localhost:8888', 'http://localhost:8888/jupyter-xpt/about'],
  ['https://hub.example/user/ada/', 'https://hub.example/user/ada/jupyter-xpt/about'],
  ['/lab/', '/lab/jupyter-xpt/about']
];

for (const [base, whole] of ADDRESSES) {
  test(`the route under ${base} is ${whole}`, () => {
    assert.equal(request.address(base, 'about'), whole);
  });
}

type Settings = ServerConnection.ISettings;

/** What a real server that gives one answer to everything was asked, and what came of it. */
async function ask<T>(
  status: number,
  body: string,
  act: (settings: Settings) => Promise<T>
): Promise<{ answer: T; asked: string; sent: string }> {
  let asked = '';
  let sent = '';
  const server = createServer((request, response) => {
    asked = `${request.method} ${request.url?.replace(/[?&]\d{13}$/, '')}`;
    request.on('data', chunk => (sent += String(chunk)));
    request.on('end', () => response.writeHead(status, { 'Content-Type': 'application/json' }).end(body));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab-base/`;
  try {
    const answer = await act(ServerConnection.makeSettings({ baseUrl, fetch, Request, Headers }));
    return { answer, asked, sent };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const AT: IAt = { place: '0123456789abcdef', series: 'cats & dogs', number: 9 };
const SERIES = '/lab-base/jupyter-xpt/places/0123456789abcdef/series/cats%20%26%20dogs';
const NINE = `${SERIES}/experiments/9`;

const QUESTIONS: readonly (readonly [string, string, string, (settings: Settings) => Promise<unknown>])[] = [
  ['about', 'GET /lab-base/jupyter-xpt/about', '', s => request.about(s)],
  ['places', 'GET /lab-base/jupyter-xpt/places', '', s => request.places(s)],
  [
    'overview',
    'GET /lab-base/jupyter-xpt/places/0123456789abcdef/overview',
    '',
    s => request.overview(s, AT.place, null)
  ],
  [
    'what changed since',
    'GET /lab-base/jupyter-xpt/places/0123456789abcdef/overview?since=a%2F1',
    '',
    s => request.overview(s, AT.place, 'a/1')
  ],
  ['detail', `GET ${NINE}`, '', s => request.detail(s, AT)],
  ['edit', `PATCH ${NINE}`, '{"note":"é"}', s => request.edit(s, AT, { note: 'é' })],
  ['remove', `DELETE ${NINE}`, '', s => request.remove(s, AT)],
  ['undelete', `POST ${NINE}/undelete`, '', s => request.undelete(s, AT)],
  ['restore', `POST ${NINE}/restore`, '', s => request.restore(s, AT)],
  ['log', `GET ${NINE}/runs/2026_11_23-12_34_12/log?tail=5`, '', s => request.log(s, AT, RUN, { tail: 5 })],
  [
    'search of a log',
    `GET ${NINE}/runs/2026_11_23-12_34_12/log?find=a%26b`,
    '',
    s => request.log(s, AT, RUN, { find: 'a&b' })
  ],
  ['curves', `GET ${NINE}/runs/2026_11_23-12_34_12/curves`, '', s => request.curves(s, AT, RUN)],
  [
    'figure',
    `GET ${NINE}/runs/2026_11_23-12_34_12/figures/001.png`,
    '',
    s => request.figure(s, AT, RUN, '001.png')
  ],
  ['diff', `GET ${NINE}/diff/6`, '', s => request.diff(s, AT, 6)],
  [
    'compare',
    `GET ${SERIES}/compare?numbers=9%2C12`,
    '',
    s => request.compare(s, AT.place, AT.series, [9, 12])
  ],
  [
    'pin',
    `PATCH ${SERIES}`,
    '{"baseline":null}',
    s => request.editSeries(s, AT.place, AT.series, { baseline: null })
  ],
  [
    'fork',
    `POST ${SERIES}/experiments`,
    '{"parent":9,"note":"n"}',
    s => request.fork(s, AT.place, AT.series, { parent: 9, note: 'n' })
  ],
  ['export', `GET ${SERIES}/export`, '', s => request.exportTable(s, AT.place, AT.series, 'csv')],
  ['sheet', `GET ${SERIES}/export?format=xlsx`, '', s => request.exportTable(s, AT.place, AT.series, 'xlsx')]
];
const RUN = '2026_11_23-12_34_12';

for (const [name, where, body, act] of QUESTIONS) {
  test(`${name} asks ${where}`, async () => {
    const { asked, sent } = await ask(200, '{}', act);
    assert.deepEqual([asked, sent], [where, body]);
  });
}

test('the server half says its version', async () => {
  assert.deepEqual((await ask(200, '{"version": "0.1.0"}', request.about)).answer, { version: '0.1.0' });
});

test('a server without our half gives null', async () => {
  assert.equal((await ask(404, '{}', request.about)).answer, null);
});

const REFUSALS: readonly (readonly [string, number, string, string])[] = [
  ['the line of our half', 409, '{"message": "9 runs; stop it first"}', '9 runs; stop it first'],
  ['the status of a page that is no JSON', 502, '<html>', '502 Bad Gateway'],
  ['the status of an answer without a line', 403, '{}', '403 Forbidden'],
  ['the status of an answer that is nothing', 403, 'null', '403 Forbidden']
];

for (const [name, status, body, message] of REFUSALS) {
  test(`a refusal says ${name}`, async () => {
    await assert.rejects(
      ask(status, body, s => request.detail(s, AT)),
      error =>
        error instanceof request.RequestError &&
        error.message === message &&
        error.status === status &&
        !error.unanswered
    );
  });
}

test('an answer that is no JSON is an error', async () => {
  await assert.rejects(
    ask(200, '<html>', s => request.detail(s, AT)),
    /something other than JSON/
  );
});

test('a server that is gone is told apart from one that refuses', async () => {
  const settings = ServerConnection.makeSettings({ baseUrl: 'http://127.0.0.1:9/', fetch, Request, Headers });
  await assert.rejects(
    request.places(settings),
    error => error instanceof request.RequestError && error.unanswered
  );
});
