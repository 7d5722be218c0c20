import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** The modules from the ground up: each imports from the rows above its own only. */
const LAYERS = [['tokens'], ['request', 'versions'], ['index']];

// The tests run compiled, in labextension/lib/node/tests.
const SOURCES = join(__dirname, '..', '..', '..', 'src');

test('every module has its layer', () => {
  const modules = readdirSync(SOURCES)
    .filter(name => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
    .map(name => name.replace(/\.tsx?$/, ''));
  assert.deepEqual(modules.sort(), LAYERS.flat().sort());
});

LAYERS.forEach((layer, row) => {
  for (const module of layer) {
    test(`${module} imports downward only`, () => {
      const source = readFileSync(join(SOURCES, `${module}.ts`), 'utf8');
      const imported = Array.from(source.matchAll(/from '\.\/(\w+)'/g), match => match[1]);
      const below = LAYERS.slice(0, row).flat();
      assert.deepEqual(
        imported.filter(name => name === undefined || !below.includes(name)),
        []
      );
    });
  }
});
