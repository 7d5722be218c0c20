/** What a run ran with: its models, what came from outside, and where it stood in git. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { inWords } from '../leaves/parameters';
import type { IEstimator, IGit, IRun } from '../tokens';
import { Shown } from './parameters';
import { Copy } from './parts';

/** The file in a run's folder that holds what was not committed. */
const PATCH = 'changes.patch';
/** So many parameters of a model stand open. */
const FEW = 4;

/** The models that a run made, each with its parameters. */
export function Models(props: {
  readonly models: readonly IEstimator[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { models, trans } = props;
  return (
    <ul className="jp-xpt-Models">
      {models.map(({ name, type, parameters }, i) => {
        const pairs = Object.entries(parameters);
        const path = type.slice(0, type.lastIndexOf('.') + 1);
        return (
          <li key={i}>
            <details open={pairs.length <= FEW}>
              <summary>
                <code>{name}</code>{' '}
                <span title={type}>
                  <span className="jp-xpt-unseen">{path}</span>
                  {type.slice(path.length)}
                </span>{' '}
                <span className="jp-xpt-dim">{trans._n('%1 parameter', '%1 parameters', pairs.length)}</span>
              </summary>
              <dl className="jp-xpt-Terms">
                {pairs.map(([key, value]) => (
                  <div key={key}>
                    <dt>{key}</dt>
                    <dd>
                      <code>{inWords(value)}</code>
                    </dd>
                  </div>
                ))}
              </dl>
            </details>
          </li>
        );
      })}
    </ul>
  );
}

/** What came into a run from outside of its source, each with how. */
export function Outside(props: {
  readonly values: IRun['outside'];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { values, trans } = props;
  const kinds: Readonly<Record<string, string>> = {
    environment: trans.__('environment'),
    argument: trans.__('argument'),
    papermill: trans.__('papermill'),
    input: trans.__('typed in')
  };
  return (
    <dl className="jp-xpt-Terms" aria-label={trans.__('What came from outside')}>
      {values.map(({ kind, name, value, masked }, i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>
            <Shown value={value} masked={masked} trans={trans} />{' '}
            <span className="jp-xpt-Origin-label jp-xpt-outside">{kinds[kind] ?? kind}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Where a run stood in git, in short. */
export function gitWords(git: IGit, trans: TranslationBundle): string {
  const { commit, branch, dirty } = git;
  return [
    commit === null ? trans.__('no commit yet') : commit.slice(0, 8),
    branch ?? (commit === null ? '' : trans.__('no branch')),
    dirty === true ? trans.__('with changes') : ''
  ]
    .filter(one => one !== '')
    .join(' · ');
}

/** What of the work tree is not in the commit. */
function differing({ dirty, changed, untracked }: IGit, trans: TranslationBundle): string {
  const some = [
    changed === null || changed === 0 ? '' : trans._n('%1 file changed', '%1 files changed', changed),
    untracked === null || untracked === 0 ? '' : trans.__('%1 not under source control', untracked)
  ].filter(one => one !== '');
  return (
    some.join(', ') ||
    (dirty === false ? trans.__('nothing') : dirty === true ? trans.__('changed files') : '')
  );
}

/** Names of files, the first of many in a line. */
function Names(props: {
  readonly names: readonly string[];
  readonly all?: number | null;
}): React.JSX.Element | null {
  const { names, all } = props;
  const more = (all ?? 0) > names.length ? ' …' : '';
  return names.length === 0 ? null : (
    <div className="jp-xpt-dim jp-xpt-Names">
      {names.join(', ')}
      {more}
    </div>
  );
}

/** Where a run stood in git, and how to have that again. */
export function SourceControl(props: {
  readonly git: IGit;
  /** The run's folder, from where the notebooks are. */
  readonly folder: string;
  /** What a folder for it would be called. */
  readonly name: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { git, folder, name, trans } = props;
  const { commit, branch, remote, patch, hidden, problem } = git;
  const apply = `git -C "$(git rev-parse --show-toplevel)" apply "$PWD/${folder}/${PATCH}"`;
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    [
      trans.__('Commit'),
      commit !== null && (
        <>
          <code title={commit}>{commit.slice(0, 8)}</code>{' '}
          <Copy quiet text={commit} title={trans.__('Copy the whole hash')} trans={trans} />
        </>
      )
    ],
    [trans.__('Branch'), branch],
    [trans.__('Remote'), remote],
    [
      trans.__('Not in it'),
      differing(git, trans) !== '' && (
        <>
          {differing(git, trans)}
          <Names names={git.untracked_files} all={git.untracked} />
        </>
      )
    ],
    [
      trans.__('Patch'),
      patch && (
        <>
          {trans.__('kept with the run')}{' '}
          <Copy
            quiet
            text={apply}
            title={trans.__('Copy the command that applies it: %1', apply)}
            trans={trans}
          />
        </>
      )
    ],
    [
      trans.__('Hidden commit'),
      hidden !== null && (
        <>
          <code title={hidden}>{/^[0-9a-f]{40,}$/u.test(hidden) ? hidden.slice(0, 8) : hidden}</code>{' '}
          <Copy
            quiet
            text={`git worktree add ../${name} ${hidden}`}
            title={trans.__('Copy the command that checks it out beside your work, in ../%1', name)}
            trans={trans}
          />
        </>
      )
    ],
    [trans.__('Left out'), git.left_out.length > 0 && <Names names={git.left_out} />],
    [trans.__('Not told'), problem]
  ];
  return (
    <dl className="jp-xpt-Terms">
      {rows
        .filter(([, value]) => value !== false && value !== null)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
