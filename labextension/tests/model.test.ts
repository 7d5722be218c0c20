import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { ServerConnection } from '@jupyterlab/services';
import type { Event } from '@jupyterlab/services';
import { StateDB } from '@jupyterlab/statedb';
import { Stream } from '@lumino/signaling';

import { Model } from '../src/model';
import { EVENT_SCHEMA } from '../src/tokens';
import type { ILineage, IOverview, IPlace } from '../src/tokens';
import { lineage, row, tree } from './build';

const HERE: IPlace = { place: 'aaaaaaaaaaaaaaaa', path: 'work', experiments: true };
const THERE: IPlace = { place: 'bbbbbbbbbbbbbbbb', path: '', experiments: true };

/** A real server with answers that a test changes, and a model that asks it. */
class World {
  places: readonly IPlace[] = [HERE];
  overview: IOverview | null = all(tree([1, 0], [2, 1]));
  edits: { status: number; body: unknown } = { status: 200, body: {} };
  readonly asked: string[] = [];
  readonly state = new StateDB();
  readonly model: Model;

  private constructor(readonly server: Server) {
    server.on('request', (request, response) => {
      const url = String(request.url).replace(/[?&]\d{13}$/, '');
      this.asked.push(`${request.method} ${url}`);
      const [status, body] = this.answer(url);
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
    this.model = this.another();
  }

  static async make(context: TestContext): Promise<World> {
    const server = createServer();
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    const world = new World(server);
    context.after(() => {
      world.model.dispose();
      server.closeAllConnections();
      server.close();
    });
    return world;
  }

  /** Another model of the same world, as after a reload. */
  another(): Model {
    const baseUrl = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
    const settings = ServerConnection.makeSettings({ baseUrl, fetch, Request, Headers });
    return new Model(settings, this.events, this.state);
  }

  tell(place: IPlace): void {
    this.stream.emit({ schema_id: EVENT_SCHEMA, place: place.place, series: ['cats'] });
  }

  /** Wait until something holds of the model. */
  async until(holds: (model: Model) => boolean, model = this.model): Promise<void> {
    if (!holds(model)) {
      await new Promise<void>(done => {
        const look = (): void => {
          if (holds(model)) {
            model.changed.disconnect(look);
            done();
          }
        };
        model.changed.connect(look);
      });
    }
  }

  private answer(url: string): readonly [number, unknown] {
    if (url.endsWith('/places')) {
      return [200, { places: this.places }];
    }
    if (url.includes('/experiments/')) {
      return [this.edits.status, this.edits.body];
    }
    return this.overview === null ? [404, { message: 'the folder is not there' }] : [200, this.overview];
  }

  private readonly stream = new Stream<Event.IManager, Event.Emission>({} as Event.IManager);
  private readonly events = { stream: this.stream } as unknown as Event.IManager;
}

function all(...series: readonly ILineage[]): IOverview {
  return { revision: '1', full: true, series, gone: [] };
}

function numbers(model: Model): readonly number[] {
  return model.lineage?.rows.map(one => one.number) ?? [];
}

test('what is seen for the first time shows the first folder with experiments', async context => {
  const world = await World.make(context);
  world.places = [{ ...THERE, experiments: false }, HERE];
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  assert.equal(world.model.place?.path, 'work');
  assert.deepEqual(numbers(world.model), [1, 2]);
  assert.equal(world.model.metric, 'accuracy');
  assert.equal(world.model.chosen, 2);
});

test('the folder and the series of the open notebook are shown, and its experiment is chosen', async context => {
  const world = await World.make(context);
  world.places = [THERE, HERE];
  world.overview = all(tree([1, 0]), lineage([row(7), row(8)], { series: 'dogs' }));
  world.model.follow('work/dogs_007.ipynb');
  assert.deepEqual(world.asked, []);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  assert.deepEqual(
    [world.model.place?.path, world.model.lineage?.series, world.model.chosen],
    ['work', 'dogs', 7]
  );
});

test('a folder that the server does not know yet is shown once it does', async context => {
  const world = await World.make(context);
  world.model.follow('new/cats.ipynb');
  world.model.see(true);
  await world.until(model => model.places !== null);
  assert.equal(world.model.place, null);
  world.places = [HERE, { ...THERE, path: 'new' }];
  world.model.settle();
  await world.until(model => model.lineage !== null);
  assert.equal(world.model.place, world.model.places?.[1]);
});

test('an event of the shown folder is asked about since the last revision, one of another is not', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  const before = world.asked.length;
  world.tell(THERE);
  world.overview = {
    revision: '2',
    full: false,
    gone: [],
    series: [lineage([row(3)], { order: [1, 2, 3] })]
  };
  world.tell(HERE);
  await world.until(model => numbers(model).length === 3);
  assert.deepEqual(world.asked.slice(before), [`GET /jupyter-xpt/places/${HERE.place}/overview?since=1`]);
});

test('while nothing is seen and nothing runs, nothing is asked', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.see(false);
  const before = world.asked.length;
  world.tell(HERE);
  world.model.follow('work/cats.ipynb');
  await new Promise(done => setTimeout(done, 50));
  assert.equal(world.asked.length, before);
});

test('while something runs, events are followed unseen', async context => {
  const world = await World.make(context);
  const running = { run: 'r', repeats: 5, ended: 1, started: '2026-11-26T12:00:00Z', values: {} };
  world.overview = all(lineage([row(1, { status: 'running', running })]));
  world.model.ping();
  await world.until(model => model.running.length === 1);
  world.overview = all(lineage([row(1)]));
  world.tell(HERE);
  await world.until(model => model.running.length === 0);
});

test('an edit is shown at once and stays when the server agrees', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.edits = { status: 200, body: { row: row(2, { note: 'better', depth: 0 }) } };
  const at = world.model.at(2);
  assert.ok(at !== null);
  const stamp = world.model.stamp(2);
  const done = world.model.edit(at, { note: 'better' });
  assert.equal(world.model.row(2)?.note, 'better');
  assert.equal(world.model.stamp(2), stamp);
  await done;
  assert.deepEqual([world.model.row(2)?.note, world.model.row(2)?.depth], ['better', 1]);
  assert.notEqual(world.model.stamp(2), stamp);
});

test('an edit that the server refuses is taken back', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.edits = { status: 400, body: { message: 'a tag has no comma' } };
  const at = world.model.at(2);
  assert.ok(at !== null);
  const done = world.model.edit(at, { tags: ['a,b'] });
  assert.deepEqual(world.model.row(2)?.tags, ['a,b']);
  await assert.rejects(done, /a tag has no comma/);
  assert.deepEqual(world.model.row(2)?.tags, []);
});

test('a server that refuses is said, what was known stays, and it mends itself', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  const { places } = world;
  world.places = [];
  world.overview = null;
  world.model.ping();
  await world.until(model => model.trouble !== null);
  assert.deepEqual(world.model.trouble, { message: 'the folder is not there', status: 404 });
  assert.equal(world.model.lineage, null);
  world.places = places;
  world.overview = all(tree([1, 0]));
  await world.until(model => model.lineage !== null);
  assert.equal(world.model.trouble, null);
});

test('a server that does not answer is told apart', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.server.closeAllConnections();
  world.server.close();
  world.model.ping();
  await world.until(model => model.trouble !== null);
  assert.equal(world.model.trouble?.status, null);
  assert.deepEqual(numbers(world.model), [1, 2]);
});

test('another folder starts with nothing of the last one', async context => {
  const world = await World.make(context);
  world.places = [HERE, THERE];
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.filter('boosting');
  world.model.pick(1);
  world.model.fold(1);
  world.model.choose(1);
  world.model.choosePlace(THERE.place);
  assert.deepEqual(
    [world.model.line, world.model.picked.size, world.model.folded.size, world.model.lineage],
    ['', 0, 0, null]
  );
  await world.until(model => model.lineage !== null);
  assert.equal(world.model.chosen, 2);
  assert.equal(world.model.place?.place, THERE.place);
});

test('series, metric and order of a folder are remembered', async context => {
  const world = await World.make(context);
  world.overview = all(tree([1, 0]), lineage([row(5)], { series: 'dogs' }));
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.chooseSeries('dogs');
  world.model.chooseMetric('val/loss');
  world.model.chooseSort('value');
  world.model.chooseOrder({ column: 'runs', down: true });
  world.model.chooseColumns(['runs']);
  world.model.setOpen('models', true);
  world.model.setShare(0.3);
  const later = world.another();
  context.after(() => {
    later.dispose();
  });
  later.see(true);
  await world.until(model => model.lineage !== null, later);
  assert.deepEqual(
    [later.lineage?.series, later.metric, later.sort, later.share],
    ['dogs', 'val/loss', 'column', 0.3]
  );
  assert.deepEqual(
    [later.order, later.columns, later.isOpen('models'), later.isOpen('log')],
    [{ column: 'runs', down: true }, ['runs'], true, null]
  );
});

test('a run in the followed notebook is what is shown', async context => {
  const world = await World.make(context);
  world.model.follow('work/cats.ipynb');
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.choose(1);
  const started = '2026-11-26T12:00:00Z';
  const running = { run: 'r', repeats: 5, ended: 1, started, values: {} };
  world.overview = all(tree([1, 0], [2, 1, { status: 'running', started, running }]));
  world.model.told({ series: 'cats', number: 2, run: 'r', status: 'running' }, 'work/cats.ipynb');
  await world.until(model => model.running.length === 1);
  assert.equal(world.model.chosen, 2);
});

test('a row that was chosen stays chosen while it is there', async context => {
  const world = await World.make(context);
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.choose(1);
  assert.equal(world.model.chosen, 1);
  world.overview = { revision: '2', full: false, gone: [], series: [lineage([], { order: [2], gone: [1] })] };
  world.model.ping();
  await world.until(model => numbers(model).length === 1);
  assert.equal(world.model.chosen, 2);
});

test('an experiment that is folded away is in sight once it is chosen', async context => {
  const world = await World.make(context);
  world.overview = all(tree([1, 0], [2, 1], [4, 2], [3, 1], [5, 2]));
  world.model.see(true);
  await world.until(model => model.lineage !== null);
  world.model.foldOnly([1, 2, 3]);
  world.model.choose(2);
  assert.deepEqual(Array.from(world.model.folded), [2, 3]);
  world.model.choose(5);
  assert.deepEqual(Array.from(world.model.folded), [2]);
});
