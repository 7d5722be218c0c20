import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/**
 * The modules from the ground up, each beside its fellows: it imports from the rows above its own, and in `FREE` rows
 * from its own too. Whatever is not named is a view; `index` is the door above them all. The same table stands in
 * tests/test_layers.py, which also finds rings.
 */
const LAYERS = [
  ['tokens'],
  ['versions', 'request'],
  ['acts', 'filter', 'keys', 'rows', 'scale', 'words'],
  ['model']
];
const FREE = 2;

// The tests run compiled, in labextension/lib/node/tests.
const SOURCES = join(__dirname, '..', '..', '..', 'src');

const modules = readdirSync(SOURCES)
  .filter(name => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
  .map(name => name.replace(/\.tsx?$/, ''));

/** The layer of a module, from 0. */
function height(module: string): number {
  const found = LAYERS.findIndex(layer => layer.includes(module));
  return found >= 0 ? found : LAYERS.length + (module === 'index' ? 1 : 0);
}

for (const module of modules) {
  test(`${module} imports downward only`, () => {
    const file = ['ts', 'tsx'].map(end => join(SOURCES, `${module}.${end}`)).find(existsSync) ?? '';
    const source = readFileSync(file, 'utf8');
    const imported = Array.from(source.matchAll(/from '\.\/(\w+)'/g), match => match[1] ?? '');
    const own = height(module);
    const free = own === FREE || own === LAYERS.length;
    assert.deepEqual(
      imported.filter(
        name => !modules.includes(name) || height(name) > own || (height(name) === own && !free)
      ),
      []
    );
  });
}
