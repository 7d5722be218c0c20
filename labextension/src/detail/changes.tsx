/** Changes as a table: what, before, after; only what differs. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IChange } from '../tokens';
import { told } from './said';

/** So many are shown at first. */
const FIRST = 12;

/** One side of a change, with its sign beside its tint; nothing where that side has none. */
export function Side(props: {
  readonly kind: 'before' | 'after';
  readonly text: string | null;
  /** How many columns it takes. */
  readonly columns?: number;
}): React.JSX.Element {
  const { kind, text, columns } = props;
  if (text === null) {
    return <td />;
  }
  return (
    <td colSpan={columns}>
      <span className={`jp-xpt-side jp-xpt-side-${kind}`}>
        <span className="jp-xpt-side-sign">{kind === 'before' ? '−' : '+'}</span>
        <code>{text}</code>
      </span>
    </td>
  );
}

/** A table of changes; the place stands where it is not the experiment's cell. */
export function Changes(props: {
  readonly changes: readonly IChange[];
  readonly label: string;
  /** Further rows. */
  readonly children?: React.ReactNode;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { changes, label, trans } = props;
  const [all, setAll] = React.useState(false);
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <>
      <table className="jp-xpt-Table jp-xpt-Changes" aria-label={label}>
        <thead className="jp-xpt-unseen">
          <tr>
            <th scope="col">{trans.__('What')}</th>
            <th scope="col">{trans.__('Before')}</th>
            <th scope="col">{trans.__('After')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((change, i) => {
            const { where, what, before, after, whole } = told(change);
            const place = where === 'cell' || where === what ? null : where;
            if (whole === null && place === null && what === '' && (before === null || after === null)) {
              const kind = before === null ? 'after' : 'before';
              return (
                <tr key={i}>
                  <Side kind={kind} text={before ?? after} columns={3} />
                </tr>
              );
            }
            return (
              <tr key={i}>
                <th scope="row">
                  {place !== null && <span className="jp-xpt-dim">{place} </span>}
                  {whole === null && what}
                </th>
                {whole === null ? (
                  <>
                    <Side kind="before" text={before} />
                    <Side kind="after" text={after} />
                  </>
                ) : (
                  <td colSpan={2}>{whole}</td>
                )}
              </tr>
            );
          })}
          {props.children}
        </tbody>
      </table>
      {shown.length < changes.length && (
        <button
          className="jp-xpt-rest"
          onClick={() => {
            setAll(true);
          }}
        >
          {trans.__('%1 more', changes.length - shown.length)}
        </button>
      )}
    </>
  );
}
