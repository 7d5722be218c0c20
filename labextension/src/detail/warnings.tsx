/** Warnings: what to know before believing the numbers. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDetail, IWarned } from '../tokens';

/** Codes of what is damaged, or could not be kept. */
const DAMAGE = ['damaged', 'incomplete'];

/** All warnings of an experiment, each once: damage first, that of runs which do not count too. */
export function warned(detail: IDetail): readonly IWarned[] {
  const texts = new Set(detail.warnings.map(one => one.text));
  const others = detail.runs.flatMap(run =>
    run.damage.filter(text => !texts.has(text)).map(text => ({ code: 'damaged', text, where: run.run }))
  );
  const all = [...detail.warnings, ...others];
  const weight = (one: IWarned): number => (DAMAGE.includes(one.code) ? 0 : 1);
  return Array.from(
    new Map(all.map(one => [JSON.stringify([one.code, one.where, one.text]), one])).values()
  ).sort((one, other) => weight(one) - weight(other));
}

/** Warnings as lines, each with its sign and its code. */
export function Warnings(props: {
  readonly warnings: readonly IWarned[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { warnings, trans } = props;
  return (
    <ul className="jp-xpt-Warnings" aria-label={trans.__('Warnings')}>
      {warnings.map((one, i) => (
        <li key={i} className={DAMAGE.includes(one.code) ? 'jp-xpt-damage' : undefined}>
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
