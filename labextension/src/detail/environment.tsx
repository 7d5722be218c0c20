/** The environment of the last run: how it differs from the parent's, then all of it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDetail } from '../tokens';
import { Side } from './changes';
import { sized } from './said';

/** A name and what it is. */
type Pair = readonly [string, string];

/** A record as such, where it is one. */
function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A value of a record in a line. */
function line(name: string, value: unknown): string {
  if (typeof value === 'number' && name.startsWith('memory')) {
    return sized(value);
  }
  if (Array.isArray(value)) {
    return value.map(one => line('', one)).join(', ');
  }
  if (typeof value === 'object' && value !== null) {
    return entries(value)
      .map(([, one]) => one)
      .join(' · ');
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The entries of a part of the environment that have a value. */
function entries(value: unknown): readonly Pair[] {
  return Object.entries(record(value))
    .filter(([, one]) => one !== null && one !== '')
    .map(([name, one]): Pair => [name.replace(/_/gu, ' '), line(name, one)]);
}

/** Packages in two lists: those that were imported, and the others. */
export function packages(environment: Readonly<Record<string, unknown>>): {
  readonly imported: readonly Pair[];
  readonly others: readonly Pair[];
} {
  const all = Object.entries(record(environment.packages)).map(([name, version]): Pair => [
    name,
    line(name, version)
  ]);
  const names = new Set(Array.isArray(environment.imported) ? environment.imported : []);
  return {
    imported: all.filter(([name]) => names.has(name)),
    others: all.filter(([name]) => !names.has(name))
  };
}

/** Pairs as a list of terms. */
function Terms({ pairs }: { readonly pairs: readonly Pair[] }): React.JSX.Element {
  return (
    <dl className="jp-xpt-Terms">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A part of it with its heading. */
function Part(props: { readonly title: string; readonly pairs: readonly Pair[] }): React.JSX.Element | null {
  return props.pairs.length === 0 ? null : (
    <>
      <h4>{props.title}</h4>
      <Terms pairs={props.pairs} />
    </>
  );
}

/** What differs from the parent's environment, then the whole. */
export function Environment(props: {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { environment, trans } = props;
  const { imported, others } = packages(environment);
  return (
    <>
      <Part title={trans.__('Interpreter')} pairs={entries(environment.interpreter)} />
      <Part title={trans.__('Imported packages')} pairs={imported} />
      <Part title={trans.__('Machine')} pairs={entries(environment.hardware)} />
      <Part title={trans.__('Other packages that were installed')} pairs={others} />
    </>
  );
}

/** The differences to the parent's environment as a table. */
export function EnvironmentChanges(props: {
  readonly changes: IDetail['environment_changes'];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { changes, trans } = props;
  return (
    <table className="jp-xpt-Table jp-xpt-Changes">
      <thead className="jp-xpt-unseen">
        <tr>
          <th scope="col">{trans.__('What')}</th>
          <th scope="col">{trans.__('Before')}</th>
          <th scope="col">{trans.__('After')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ what, before, after }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <Side kind="before" text={before} />
            <Side kind="after" text={after} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}
