/**
 * Makes everything that the demonstration, the tests and JupyterLab need: `.venv` with the package installed in place,
 * and the built extension, linked. Does nothing where nothing has changed since the last time.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const VENV = join(ROOT, '.venv');
const BIN = join(VENV, 'bin');
const PYTHON = join(BIN, 'python');
const BUILT = join(ROOT, 'jupyter_xpt', 'labextension');
const LINK = join(VENV, 'share', 'jupyter', 'labextensions', 'jupyter-xpt');

/** Run a program of the environment in the project's folder, showing what it prints; gives its exit status. */
export function run(command, args, extra = {}) {
  const env = { ...process.env, PATH: BIN + delimiter + process.env.PATH, VIRTUAL_ENV: VENV, ...extra };
  const done = spawnSync(command, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  return done.status ?? 1;
}

/** Run one step of the setting up; its failure ends everything. */
function step(said, command, args, extra = {}) {
  console.log(`set-up: ${said}`);
  const status = run(command, args, extra);
  if (status !== 0) {
    console.error(
      `set-up: failed at "${relative(ROOT, command) || command} ${args.join(' ')}" (exit status ${status})`
    );
    process.exit(status);
  }
}

/** The first Python of 3.11 or newer; $PYTHON goes first. */
function findPython() {
  const names = [
    process.env.PYTHON,
    'python3',
    'python3.14',
    'python3.13',
    'python3.12',
    'python3.11',
    'python'
  ];
  const recent = 'import sys; sys.exit(sys.version_info < (3, 11))';
  const found = names.find(name => name && spawnSync(name, ['-c', recent]).status === 0);
  if (!found) {
    console.error(
      'set-up: no Python of version 3.11 or newer on the PATH; name one with PYTHON=/path/to/python'
    );
    process.exit(1);
  }
  return found;
}

/** The files in a folder of the project and in the folders below it. */
function filesIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** One digest of the names and contents of files. */
function digest(names) {
  const hash = createHash('sha256');
  for (const name of names) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(ROOT, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Whether a step's stamp is that of its inputs now; a step that failed leaves none. */
function isDone(stamp, inputs) {
  return existsSync(join(VENV, stamp)) && readFileSync(join(VENV, stamp), 'utf8') === inputs;
}

function makeEnvironment() {
  if (spawnSync(PYTHON, ['-c', '']).status === 0) {
    return;
  }
  step('making .venv', findPython(), ['-m', 'venv', '--clear', VENV]);
}

function buildExtension() {
  const sources = ['schema', 'src', 'style'].flatMap(folder => filesIn(`labextension/${folder}`));
  const inputs = digest([
    'package.json',
    'yarn.lock',
    '.yarnrc.yml',
    'labextension/tsconfig.json',
    ...sources
  ]);
  if (isDone('extension-stamp', inputs) && existsSync(BUILT) && existsSync(join(ROOT, 'node_modules'))) {
    return;
  }
  if (!existsSync(join(BIN, 'jlpm'))) {
    step('installing the build tool', PYTHON, ['-m', 'pip', 'install', '--quiet', 'jupyter-builder>=1.2']);
  }
  step('installing the TypeScript packages', 'jlpm', ['install', '--immutable']);
  step('building the JupyterLab extension', 'jlpm', ['build']);
  writeFileSync(join(VENV, 'extension-stamp'), inputs);
}

function installPackage() {
  const inputs = digest([
    'pyproject.toml',
    'package.json',
    'labextension/install.json',
    'labextension/server.json'
  ]);
  if (isDone('package-stamp', inputs)) {
    return;
  }
  // pip must put its copy of the built extension beside a link of the last time, never write through it.
  if (lstatSync(LINK, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(LINK);
  }
  const install = ['-m', 'pip', 'install', '--quiet', '--editable', '.[test,example]'];
  step('installing the Python packages', PYTHON, install, { HATCH_JUPYTER_BUILDER_SKIP_NPM: '1' });
  step('linking the extension', 'jupyter-builder', ['develop', '--overwrite', '.']);
  writeFileSync(join(VENV, 'package-stamp'), inputs);
}

makeEnvironment();
buildExtension();
installPackage();
