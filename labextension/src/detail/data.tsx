/** The data sets of the last run: what it read and made, by whom and for whom. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IActs } from '../acts';
import { named } from '../leaves/names';
import type { IDataset, IMaker } from '../tokens';
import { Copy, Link } from './parts';

interface IDataProps {
  readonly datasets: readonly IDataset[];
  /** The shown series: experiments of others are called by their whole names. */
  readonly series: string;
  readonly acts: Pick<IActs, 'choose'>;
  readonly trans: TranslationBundle;
}

/** The first letters of a digest, behind the name of its hash. */
function brief(digest: string): string {
  const [hash = '', digits] = digest.split(':');
  return digits === undefined
    ? `${hash.slice(0, 6)}…`
    : `${hash === 'sha256' ? '' : `${hash}:`}${digits.slice(0, 6)}…`;
}

/** An experiment that made or used something, as a link. */
function Maker(props: Omit<IDataProps, 'datasets'> & { readonly maker: IMaker }): React.JSX.Element {
  const { maker, series, acts, trans } = props;
  const { experiment, run } = maker;
  const { series: own, number } = named(experiment);
  if (number === null) {
    return <>{experiment}</>;
  }
  return (
    <span title={trans.__('run %1', run)}>
      <Link number={number} series={own === series ? undefined : own} acts={acts} trans={trans} />
    </span>
  );
}

/** Runs of one experiment count once. */
function byExperiment(users: readonly IMaker[]): readonly IMaker[] {
  return Array.from(new Map(users.map(one => [one.experiment, one])).values());
}

/** One data set. */
function Dataset(props: Omit<IDataProps, 'datasets'> & { readonly one: IDataset }): React.JSX.Element {
  const { one, trans } = props;
  const users = byExperiment(one.users);
  return (
    <li>
      <strong>{one.kind === 'in' ? trans.__('In') : trans.__('Out')}</strong> {one.name}{' '}
      {one.digest !== null && (
        <>
          <code className="jp-xpt-tiny" title={one.digest}>
            {brief(one.digest)}
          </code>{' '}
          <Copy quiet text={one.digest} title={trans.__('Copy the whole digest')} trans={trans} />{' '}
        </>
      )}
      <span className="jp-xpt-dim">{one.said}</span>
      {one.maker !== null && (
        <span className="jp-xpt-Lineage">
          {trans.__('made by')} <Maker {...props} maker={one.maker} />{' '}
          <span className="jp-xpt-dim">{trans.__('(run %1)', one.maker.run)}</span>
        </span>
      )}
      {users.length > 0 && (
        <span className="jp-xpt-Lineage">
          {trans.__('used by')}{' '}
          {users.map((user, i) => (
            <React.Fragment key={user.experiment}>
              {i > 0 && ', '}
              <Maker {...props} maker={user} />
            </React.Fragment>
          ))}
        </span>
      )}
    </li>
  );
}

/** The data sets that were read and made. */
export function Datasets({ datasets, ...others }: IDataProps): React.JSX.Element {
  return (
    <ul className="jp-xpt-Datasets" aria-label={others.trans.__('Data sets')}>
      {datasets.map((one, i) => (
        <Dataset key={i} {...others} one={one} />
      ))}
    </ul>
  );
}
