import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { test } from 'node:test';

/**
 * The modules from the ground up, a folder for all that is in it: each imports from the rows above its own, and in
 * `FREE` rows from its own too. Whatever is not named is a view; `index` is the door above them all. The same table
 * stands in tests/test_layers.py, which also finds rings.
 */
const LAYERS = [['tokens'], ['versions', 'request'], ['acts', 'beat', 'memory', 'leaves/'], ['model']];
const LEAF = 2;
const VIEW = LAYERS.length;
const FREE = [LEAF, VIEW];

// The tests run compiled, in labextension/lib/node/tests.
const SOURCES = join(__dirname, '..', '..', '..', 'src');

const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
  .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
  .map(entry => relative(SOURCES, join(entry.parentPath, entry.name)));

/** The layer of a module, from 0. */
function height(module: string): number {
  const found = LAYERS.findIndex(layer =>
    layer.some(name => (name.endsWith('/') ? module.startsWith(name) : module === name))
  );
  return found >= 0 ? found : module === 'index' ? VIEW + 1 : VIEW;
}

for (const file of files) {
  const module = file.replace(/\.tsx?$/, '');
  test(`${module} imports downward only`, () => {
    const source = readFileSync(join(SOURCES, file), 'utf8');
    const imported = Array.from(source.matchAll(/from '(\.{1,2}\/[^']+)'/g), match =>
      posix.join(dirname(file), match[1] ?? '')
    ).filter(name => !name.startsWith('..'));
    const own = height(module);
    assert.deepEqual(
      imported.filter(name => height(name) > own || (height(name) === own && !FREE.includes(own))),
      []
    );
  });
}
