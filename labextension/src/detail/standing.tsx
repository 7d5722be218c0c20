/** How the experiment stands: its verdict in a sentence, what it measures, and what keeps it from a verdict. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IActs, IDetailProps } from '../acts';
import type { IDetail, IMeasured, IRow, IVerdict, Verdict } from '../tokens';
import { Fold, Link } from './parts';
import type { IFolds } from './parts';
import { label } from './plot';
import { around } from './said';
import { padded } from '../leaves/words';

export const SIGNS: Readonly<Record<Verdict, string>> = { improved: '▲', worse: '▼', 'not sure': '?' };
const CLASSES: Readonly<Record<Verdict, string>> = { improved: 'up', worse: 'down', 'not sure': 'unsure' };

/** A verdict as its sign and its word. */
export function Judged(props: {
  readonly verdict: Verdict;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { verdict, trans } = props;
  const word = {
    improved: trans.__('improved'),
    worse: trans.__('worse'),
    'not sure': trans.__('not sure')
  }[verdict];
  return (
    <span className={`jp-xpt-Judged jp-xpt-${CLASSES[verdict]}`}>
      <span aria-hidden="true">{SIGNS[verdict]}</span> <span className="jp-xpt-Judged-word">{word}</span>
    </span>
  );
}

/** A sentence in which the number that is compared with chooses its experiment. */
export function Sentence(props: {
  readonly sentence: string;
  readonly against: number | null;
  readonly trans: TranslationBundle;
  readonly acts: Pick<IActs, 'choose'>;
}): React.JSX.Element {
  const { sentence, against, trans, acts } = props;
  const cut = around(sentence, against);
  // The verdict's own word stands out.
  const [, word, rest] = /^(Improved|Worse|Not sure)(.*)$/su.exec(cut?.[0] ?? sentence) ?? [];
  return (
    <>
      {word === undefined ? (cut?.[0] ?? sentence) : <strong>{word}</strong>}
      {rest}
      {cut !== null && against !== null && (
        <>
          <Link number={against} trans={trans} acts={acts} />
          {cut[2]}
        </>
      )}
    </>
  );
}

/** What a run under way has so far. */
function Running({
  row,
  trans
}: {
  readonly row: IRow;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const running = row.running;
  if (running === null) {
    return null;
  }
  const { ended, repeats } = running;
  return (
    <div className="jp-xpt-Progress">
      <progress max={Math.max(1, repeats)} value={ended} aria-label={trans.__('Repeats that are over')} />
      <span>{trans.__('running: %1 of %2 repeats', ended, repeats)}</span>
    </div>
  );
}

/** What keeps the experiment from being judged, in words. */
function Kept({
  row,
  detail,
  acts,
  trans
}: IStandingProps & Pick<IDetailProps, 'acts'>): React.JSX.Element | null {
  const last = detail?.runs[detail.runs.length - 1];
  const error = last?.error ?? null;
  switch (row.status) {
    case 'planned':
      return (
        <p>
          {row.parent !== null && (
            <>
              {trans.__('Made from')} <Link number={row.parent} trans={trans} acts={acts} />.{' '}
            </>
          )}
          {trans.__(
            'Not run yet: open its notebook, change what is to be tried, and run its %1 cell.',
            '%%experiment'
          )}
        </p>
      );
    case 'failed':
      return (
        <div className="jp-xpt-Wrong">
          <p>{error === null ? trans.__('Its last run failed.') : trans.__('Its last run failed with')}</p>
          {error !== null && <pre>{error}</pre>}
        </div>
      );
    case 'interrupted':
      return (
        <p className="jp-xpt-Wrong">
          {trans.__('Its last run was interrupted; the repeats until then are kept.')}
        </p>
      );
    case 'died':
      return (
        <p className="jp-xpt-Wrong">
          {trans.__(
            'Its last run died: the kernel or the machine went away. What was logged until then is kept.'
          )}
        </p>
      );
    case 'damaged':
      return (
        <p className="jp-xpt-Wrong">
          {trans.__('A file of this experiment is damaged; the rest of it stands.')}
        </p>
      );
    case 'running':
      return <Running row={row} trans={trans} />;
    case 'finished':
      return null;
  }
}

/** A difference in short: its interval is in the sentence. */
function size({ difference }: IVerdict): string {
  return difference === null
    ? ''
    : `${difference < 0 ? '−' : '+'}${label(Number(Math.abs(difference).toPrecision(2)))}`;
}

/** Everything measured: value, number of repeats, verdict. */
function Metrics({
  row,
  metrics,
  trans
}: {
  readonly row: IRow;
  readonly metrics: readonly (readonly [string, IMeasured])[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const judged = metrics.some(([name]) => row.verdicts[name] !== undefined);
  return (
    <table className="jp-xpt-Table jp-xpt-Metrics">
      <thead>
        <tr>
          <th scope="col">{trans.__('Metric')}</th>
          <th scope="col">{trans.__('mean ± SEM')}</th>
          {judged && <th scope="col">{trans.__('verdict')}</th>}
        </tr>
      </thead>
      <tbody>
        {metrics.map(([name, measured]) => {
          const verdict = row.verdicts[name];
          return (
            <tr key={name}>
              <th scope="row">
                {name}
                {'\u00a0'}
                <Arrow goal={measured.goal} trans={trans} />
              </th>
              <td className="jp-xpt-digits">
                {measured.shown}{' '}
                <span className="jp-xpt-dim" title={trans._n('%1 repeat', '%1 repeats', measured.n)}>
                  ×{measured.n}
                </span>
                {measured.failed > 0 && (
                  <span className="jp-xpt-down"> {trans.__('%1 failed', measured.failed)}</span>
                )}
              </td>
              {judged && (
                <td className="jp-xpt-Metrics-verdict" title={verdict?.sentence}>
                  {verdict !== undefined && (
                    <>
                      <Judged verdict={verdict.verdict} trans={trans} />{' '}
                      <span className="jp-xpt-Metrics-size jp-xpt-digits">{size(verdict)}</span>
                    </>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Which way is better. */
export function Arrow(props: {
  readonly goal: 'max' | 'min';
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { goal, trans } = props;
  const word = goal === 'max' ? trans.__('higher is better') : trans.__('lower is better');
  return (
    <span role="img" aria-label={word} title={word}>
      {goal === 'max' ? '↑' : '↓'}
    </span>
  );
}

interface IStandingProps {
  readonly row: IRow;
  readonly detail: IDetail | null;
  readonly trans: TranslationBundle;
}

/** How the experiment stands, in words and numbers. */
export function Standing(
  props: IStandingProps & Pick<IDetailProps, 'metric' | 'acts' | 'lineage'> & { readonly folds: IFolds }
): React.JSX.Element {
  const { row, detail, metric, acts, lineage, folds, trans } = props;
  const verdict = metric === null ? undefined : row.verdicts[metric];
  const metrics = Object.entries(row.measured).sort(
    ([one], [other]) => Number(other === metric) - Number(one === metric)
  );
  const others = Object.entries(row.verdicts).filter(([name]) => name !== metric);
  return (
    <div className="jp-xpt-Standing">
      {lineage.baseline === row.number && (
        <p className="jp-xpt-dim">{trans.__('The pinned baseline: the others are compared with it.')}</p>
      )}
      <Kept row={row} detail={detail} acts={acts} trans={trans} />
      {verdict !== undefined && (
        <p className="jp-xpt-Sentence">
          <Sentence sentence={verdict.sentence} against={row.against} trans={trans} acts={acts} />
        </p>
      )}
      {verdict === undefined && row.status === 'finished' && (
        <p className="jp-xpt-dim">
          {row.against === null
            ? trans.__('A first one: there is nothing to compare it with.')
            : trans.__('No verdict: it and %1 have no metric in common.', padded(row.against))}
        </p>
      )}
      {metrics.length > 0 && <Metrics row={row} metrics={metrics} trans={trans} />}
      {others.length > 0 && (
        <Fold name="verdicts" title={trans.__('Other verdicts in words')} folds={folds}>
          {() => (
            <ul className="jp-xpt-Sentences">
              {others.map(([name, one]) => (
                <li key={name}>
                  <Sentence sentence={one.sentence} against={row.against} trans={trans} acts={acts} />
                </li>
              ))}
            </ul>
          )}
        </Fold>
      )}
    </div>
  );
}
