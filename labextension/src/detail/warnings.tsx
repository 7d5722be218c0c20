/** Warnings: what to know before believing the numbers. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDetail, IWarned } from '../tokens';

/** All warnings of an experiment: those of hidden state too, each once. */
export function warned(detail: IDetail): readonly IWarned[] {
  const all = [
    ...detail.warnings,
    ...detail.runs.filter(run => run.counts).flatMap(run => [...run.warnings, ...run.hidden_state])
  ];
  return Array.from(new Map(all.map(one => [JSON.stringify([one.code, one.where, one.text]), one])).values());
}

/** What is damaged, or could not be kept, of some runs; the run named where there are several. */
export function damaged(detail: IDetail): readonly string[] {
  const several = detail.runs.length > 1;
  return detail.runs.flatMap(run =>
    [...run.damage, ...run.incomplete].map(text => (several ? `${run.run}: ${text}` : text))
  );
}

/** Warnings and damage as lines, each with its sign. */
export function Warnings(props: {
  readonly warnings: readonly IWarned[];
  readonly damage: readonly string[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { warnings, damage, trans } = props;
  return (
    <ul className="jp-xpt-Warnings" aria-label={trans.__('Warnings')}>
      {damage.map((text, i) => (
        <li key={`d${i}`} className="jp-xpt-damage">
          <span role="img" aria-label={trans.__('damaged or not kept')}>
            ⚠
          </span>{' '}
          {text}
        </li>
      ))}
      {warnings.map((one, i) => (
        <li key={`w${i}`}>
          <span role="img" aria-label={trans.__('warning')}>
            ⚠
          </span>{' '}
          {one.text}{' '}
          {one.where !== '' && !one.text.startsWith(one.where) && (
            <span className="jp-xpt-dim">{trans.__('(%1)', one.where)}</span>
          )}{' '}
          <code className="jp-xpt-tiny">{one.code}</code>
        </li>
      ))}
    </ul>
  );
}
