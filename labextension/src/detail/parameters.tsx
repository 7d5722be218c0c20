/** Parameters: what the experiment was set to, what changed since its parent first. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { bare, lastPart } from '../leaves/parameters';
import type { IChange, IParameter } from '../tokens';
import { Side } from './changes';

/** From so many on they can be searched. */
const MANY = 12;

interface IParametersProps {
  readonly parameters: readonly IParameter[];
  readonly trans: TranslationBundle;
}

/** The changed parameters that the changes of the source do not tell already. */
export function untold(
  parameters: readonly IParameter[],
  changes: readonly IChange[]
): readonly IParameter[] {
  const told = new Set(
    changes.map(one => JSON.stringify([lastPart(one.what), bare(one.before), bare(one.after)]))
  );
  return parameters.filter(({ name, origin, changed, before, after }) => {
    const key = [lastPart(name), before, after];
    // What the source sets to another value is another source, and told as that.
    return changed && (origin !== 'source' || changes.length === 0) && !told.has(JSON.stringify(key));
  });
}

/** Where a parameter comes from, where that is not the source. */
export function Origin(props: {
  readonly origin: IParameter['origin'];
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { origin, trans } = props;
  switch (origin) {
    case 'model':
      return (
        <span className="jp-xpt-Origin-label" title={trans.__('A parameter of a model, as it was made')}>
          {trans.__('model')}
        </span>
      );
    case 'outside':
      return (
        <span
          className="jp-xpt-Origin-label jp-xpt-outside"
          title={trans.__('It came from outside of the source')}
        >
          {trans.__('outside')}
        </span>
      );
    case 'source':
      return null;
  }
}

/** A value, or that it is not kept. */
export function Shown(props: {
  readonly value: string | null;
  readonly masked: boolean;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { value, masked, trans } = props;
  if (masked) {
    return (
      <span className="jp-xpt-dim" title={trans.__('It may be a secret: its value is not kept')}>
        <span aria-hidden="true">•••</span> {trans.__('masked')}
      </span>
    );
  }
  return value === null ? <span className="jp-xpt-dim">–</span> : <code>{value}</code>;
}

/** Parameters that changed, as rows of a table of changes. */
export function ChangedRows({ parameters, trans }: IParametersProps): React.JSX.Element {
  return (
    <>
      {parameters.map(({ name, origin, before, after }) => (
        <tr key={name}>
          <th scope="row">
            {name} <Origin origin={origin} trans={trans} />
          </th>
          <Side kind="before" text={before} />
          <Side kind="after" text={after} />
        </tr>
      ))}
    </>
  );
}

/** All parameters: those that changed with both values, the others with theirs. */
export function Parameters({ parameters, trans }: IParametersProps): React.JSX.Element {
  const [sought, setSought] = React.useState('');
  const wanted = sought.toLocaleLowerCase();
  const shown = parameters.filter(
    ({ name, after }) =>
      name.toLocaleLowerCase().includes(wanted) || (after ?? '').toLocaleLowerCase().includes(wanted)
  );
  return (
    <>
      {parameters.length > MANY && (
        <input
          type="search"
          className="jp-xpt-Find"
          aria-label={trans.__('Find a parameter')}
          placeholder={trans.__('find a parameter')}
          value={sought}
          onChange={event => {
            setSought(event.target.value);
          }}
        />
      )}
      <table className="jp-xpt-Table jp-xpt-Changes" aria-label={trans.__('Parameters')}>
        <thead className="jp-xpt-unseen">
          <tr>
            <th scope="col">{trans.__('What')}</th>
            <th scope="col">{trans.__('Before')}</th>
            <th scope="col">{trans.__('Value')}</th>
          </tr>
        </thead>
        <tbody>
          <ChangedRows parameters={shown.filter(one => one.changed)} trans={trans} />
          {shown
            .filter(one => !one.changed)
            .map(({ name, origin, after, masked }) => (
              <tr key={name}>
                <th scope="row">
                  {name} <Origin origin={origin} trans={trans} />
                </th>
                <td colSpan={2}>
                  <Shown value={after} masked={masked} trans={trans} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {shown.length === 0 && (
        <p className="jp-xpt-dim" role="status">
          {trans.__('No parameter holds “%1”.', sought)}
        </p>
      )}
    </>
  );
}
