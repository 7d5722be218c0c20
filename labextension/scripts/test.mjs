/** Runs every check and every test of Python and TypeScript, all of them even where one fails. */
import { run } from './setup.mjs';

const CHECKS = [
  ['ruff check', 'ruff', ['check', '.']],
  ['ruff format', 'ruff', ['format', '--check', '.']],
  ['mypy', 'mypy', []],
  ['prettier and eslint', 'jlpm', ['lint']],
  ['tsc', 'jlpm', ['tsc', '-p', 'labextension', '--noEmit']],
  ['TypeScript tests', 'jlpm', ['test:ts']],
  ['Python tests', 'pytest', []],
  ['a browser for the tests', 'python', ['-m', 'tests.browser.chromium']],
  ['browser tests', 'pytest', ['tests/browser']]
];

const lines = CHECKS.map(([name, command, args]) => {
  console.log(`\n=== ${name}`);
  const start = performance.now();
  const passed = run(command, args) === 0;
  return {
    passed,
    line: `${passed ? 'passed' : 'FAILED'}  ${name} (${Math.round((performance.now() - start) / 1000)} s)`
  };
});

console.log(`\n=== npm test\n${lines.map(({ line }) => line).join('\n')}`);
process.exitCode = lines.every(({ passed }) => passed) ? 0 : 1;
