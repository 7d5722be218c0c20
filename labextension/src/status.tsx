/** Status: what runs, in the status bar, and what a long run came to, in a notification. */
import { Notification, ReactWidget, UseSignal } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { endedRuns } from './leaves/known';
import type { IUnderWay } from './leaves/known';
import type { Model } from './model';
import { SignPicture } from './panel/sign';
import {
  arrow,
  duration,
  padded,
  runningMean,
  secondsLeft,
  signOf,
  signWords,
  titleOf,
  verdictOf
} from './leaves/words';

/** As many digits as the error leaves meaning to: two of its own. */
function shownSo(values: readonly number[]): string {
  const so = runningMean(values);
  if (so === null) {
    return '';
  }
  if (so.sem === null || !(so.sem > 0)) {
    return String(Number(so.mean.toPrecision(4)));
  }
  const digits = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(so.sem))));
  return `${so.mean.toFixed(digits)} ± ${so.sem.toFixed(digits)}`;
}

function words(one: IUnderWay, trans: TranslationBundle): string {
  const { row, lineage } = one;
  const { running } = row;
  if (running === null) {
    return '';
  }
  const metric = row.primary ?? lineage.primary ?? Object.keys(running.values)[0] ?? '';
  const value = shownSo(running.values[metric] ?? []);
  const goal = lineage.goals[metric];
  const left = secondsLeft(row, Date.now());
  return [
    `${one.series} ${padded(row.number)}`,
    trans.__('repeat %1/%2', Math.min(running.ended + 1, running.repeats), running.repeats),
    value === '' ? '' : `${metric}${goal === undefined ? '' : ` ${arrow(goal)}`} ${value}`,
    left === null || running.ended >= running.repeats ? '' : trans.__('%1 left', duration(left, trans))
  ]
    .filter(part => part !== '')
    .join(' · ');
}

function Item(props: {
  readonly model: Model;
  readonly reveal: (one: IUnderWay) => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { model, reveal, trans } = props;
  const { running } = model;
  const [, tick] = React.useReducer((count: number) => count + 1, 0);
  const busy = running.length > 0;
  React.useEffect(() => {
    // The time that is left goes on between two answers.
    const timer = busy ? setInterval(tick, 1000) : undefined;
    return () => {
      clearInterval(timer);
    };
  }, [busy]);
  const first = running[0];
  if (first === undefined) {
    return null;
  }
  const more = running.length > 1 ? ` ${trans.__('(+%1)', running.length - 1)}` : '';
  return (
    <button
      className="jp-xpt-status"
      title={trans.__('%1. Click to see it.', titleOf(first.row) || first.series)}
      onClick={() => {
        reveal(first);
      }}
    >
      <SignPicture sign="running" title={trans.__('running')} />
      <span>{words(first, trans) + more}</span>
    </button>
  );
}

/** The item of the status bar. */
export class RunningItem extends ReactWidget {
  constructor(
    private readonly model: Model,
    private readonly reveal: (one: IUnderWay) => void,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-xpt-status-item');
  }

  protected override render(): React.JSX.Element {
    return (
      <UseSignal signal={this.model.changed}>
        {() => <Item model={this.model} reveal={this.reveal} trans={this.trans} />}
      </UseSignal>
    );
  }
}

/**
 * Tell of runs that are over.
 *
 * @param longer gives how many seconds a run takes at least to be told of; infinite for never.
 * @param show shows an experiment in the panel.
 */
export function notifyEnds(
  model: Model,
  longer: () => number,
  show: (series: string, number: number) => void,
  trans: TranslationBundle
): void {
  let before = model.known;
  model.changed.connect(() => {
    const ended = endedRuns(before, model.known);
    before = model.known;
    for (const { series, row } of ended) {
      if ((row.seconds ?? 0) < longer()) {
        continue;
      }
      const sign = signOf(row, row.primary);
      const sentence = verdictOf(row, row.primary)?.sentence ?? signWords(sign, trans);
      // Longer lines are cut: what else the sentence says stands in the panel.
      const said = sentence.replace(/\); .*$/, ').');
      Notification.emit(
        `${series} ${padded(row.number)}: ${said}`,
        sign === 'improved' ? 'success' : row.status === 'finished' ? 'info' : 'error',
        {
          autoClose: false,
          actions: [
            {
              label: trans.__('Show'),
              displayType: 'accent',
              callback: () => {
                show(series, row.number);
              }
            }
          ]
        }
      );
    }
  });
}
