import assert from 'node:assert/strict';
import { test } from 'node:test';

import { advice, MAX_LINE, pythonVersion } from '../src/versions';

const SPELLINGS: readonly (readonly [string, string])[] = [
  ['0.1.0', '0.1.0'],
  ['v1.2.3', '1.2.3'],
  ['0.2.0-alpha.1', '0.2.0a1'],
  ['0.2.0-beta2', '0.2.0b2'],
  ['0.2.0-b.3', '0.2.0b3'],
  ['1.0.0-rc.1', '1.0.0rc1'],
  ['1.0.0-dev.4', '1.0.0.dev4'],
  ['0.2.0a1', '0.2.0a1'],
  ['0.2.0.dev4', '0.2.0.dev4']
];

for (const [node, python] of SPELLINGS) {
  test(`version ${node} is ${python} in Python`, () => {
    assert.equal(pythonVersion(node), python);
  });
}

test('two halves of one version have nothing to say', () => {
  assert.equal(advice('0.2.0-alpha.1', '0.2.0a1'), null);
});

test('a missing server half is told with how to switch it on', () => {
  assert.match(advice('0.2.0', null) ?? '', /jupyter server extension enable jupyter_xpt/);
});

test('a server half of another version is told with both versions', () => {
  const line = advice('0.2.0', '0.1.0');
  assert.match(line ?? '', /version 0\.2\.0, the server has 0\.1\.0; reload/);
});

test('every advice is one line that JupyterLab shows whole', () => {
  for (const server of [null, '10.20.30rc40']) {
    const line = advice('10.20.30-rc.41', server) ?? '\n';
    assert.doesNotMatch(line, /\n/);
    assert.ok(line.length <= MAX_LINE, `${line.length} characters`);
  }
});
