/** Strip: every repeat of an experiment on the scale that all share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IScale } from '../leaves/scale';
import { spot } from '../leaves/scale';
import type { IRow } from '../tokens';
import { measuredOf, progress, runningMean, signOf, verdictOf } from '../leaves/words';

const HEIGHT = 20;
const MIDDLE = HEIGHT / 2;
/** Room for half a dot at either end. */
const EDGE = 4;
/** More dots than this are one blur. */
const MOST_DOTS = 200;

interface IStripProps {
  readonly row: IRow;
  readonly metric: string | null;
  readonly scale: IScale | null;
  /** The mean of the experiment that this one is compared with. */
  readonly baseline: number | null;
  readonly width: number;
  readonly interval: boolean;
  readonly trans: TranslationBundle;
}

interface IMarks {
  readonly values: readonly number[];
  readonly mean: number | null;
  readonly sem: number | null;
  /** Half the width of the mean's interval. */
  readonly half: number | null;
}

/** What to draw: what a run that is under way has given so far stands in the open, before it counts. */
function marks(row: IRow, metric: string | null): IMarks {
  const measured = measuredOf(row, metric);
  const live = metric === null ? [] : (row.running?.values[metric] ?? []);
  if (row.running !== null && live.length > 0) {
    const so = runningMean(live);
    return { values: live, mean: so?.mean ?? null, sem: so?.sem ?? null, half: null };
  }
  return {
    values: measured?.values ?? [],
    mean: measured?.mean ?? null,
    sem: measured?.sem ?? null,
    half: measured?.half ?? null
  };
}

/** Evenly chosen ones of very many values. */
function some(values: readonly number[]): readonly number[] {
  const step = Math.ceil(values.length / MOST_DOTS);
  return step > 1 ? values.filter((_, index) => index % step === 0) : values;
}

/** Dots beside the middle, so that the same value twice is seen twice. */
function scatter(index: number, n: number): number {
  return n < 2 ? 0 : ((index * 0.618) % 1) * 5 - 2.5;
}

export const Strip = React.memo(function Strip(props: IStripProps): React.JSX.Element {
  const { row, metric, scale, width, trans } = props;
  const { values, mean, sem, half } = marks(row, metric);
  const x = (value: number): number =>
    scale === null ? width / 2 : EDGE + spot(scale, value).at * (width - 2 * EDGE);
  const beyond = scale === null ? [] : values.filter(value => spot(scale, value).beyond);
  const verdict = verdictOf(row, metric);
  const running = row.running;
  return (
    <svg
      className={`jp-xpt-strip jp-xpt-mod-${signOf(row, metric).replace(' ', '-')}`}
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      aria-hidden="true"
    >
      <title>{verdict?.sentence ?? (running === null ? '' : progress(row, trans))}</title>
      {running !== null && (
        <g className="jp-xpt-strip-progress">
          <rect x="0" y={HEIGHT - 4} width={width} height="3" rx="1.5" />
          <rect
            className="jp-xpt-strip-done"
            x="0"
            y={HEIGHT - 4}
            width={width * Math.min(1, running.ended / Math.max(1, running.repeats))}
            height="3"
            rx="1.5"
          />
        </g>
      )}
      {props.baseline !== null && values.length > 0 && (
        <line
          className="jp-xpt-strip-baseline"
          x1={x(props.baseline)}
          x2={x(props.baseline)}
          y1="2"
          y2={HEIGHT - 2}
        />
      )}
      {some(values).map((value, index) => (
        <circle
          key={index}
          className="jp-xpt-strip-dot"
          r="2.5"
          style={{ transform: `translate(${x(value)}px, ${MIDDLE + scatter(index, values.length)}px)` }}
        />
      ))}
      {beyond.some(value => scale !== null && value < scale.low) && (
        <path className="jp-xpt-strip-beyond" d={`M4 ${MIDDLE - 3} L0.5 ${MIDDLE} L4 ${MIDDLE + 3}`} />
      )}
      {beyond.some(value => scale !== null && value > scale.high) && (
        <path
          className="jp-xpt-strip-beyond"
          d={`M${width - 4} ${MIDDLE - 3} L${width - 0.5} ${MIDDLE} L${width - 4} ${MIDDLE + 3}`}
        />
      )}
      {mean !== null && (
        <g className="jp-xpt-strip-mean">
          {props.interval && half !== null && (
            <line
              className="jp-xpt-strip-interval"
              x1={x(mean - half)}
              x2={x(mean + half)}
              y1={MIDDLE}
              y2={MIDDLE}
            />
          )}
          {sem !== null && <line x1={x(mean - sem)} x2={x(mean + sem)} y1={MIDDLE} y2={MIDDLE} />}
          <line x1={x(mean)} x2={x(mean)} y1={MIDDLE - 6} y2={MIDDLE + 6} />
        </g>
      )}
    </svg>
  );
});
