/** Gutter: how an experiment stands, and whose child it is. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IShown } from '../leaves/rows';
import { signOf, signWords } from '../leaves/words';
import { RADIUS, SignShape } from './sign';

/** The height of every row, in pixels. */
export const ROW = 30;
const MIDDLE = ROW / 2;
/** Where the sign of a root stands. */
const FIRST = 10;
/** How close two lines may come to each other. */
const CLOSEST = 4;

interface IGutterProps {
  readonly shown: IShown;
  /** Which lines of its ancestors run on below it. */
  readonly lines: string;
  /** Whether the next row is its child. */
  readonly leads: boolean;
  /** How far one level is set in. */
  readonly step: number;
  readonly metric: string | null;
  readonly trans: TranslationBundle;
}

/** The lines that lead from parents to children, and the sign at their end. */
export function Gutter(props: IGutterProps): React.JSX.Element {
  const { shown, step, trans } = props;
  const { depth } = shown;
  const x = (level: number): number => FIRST + level * step;
  const bend = Math.min(6, step / 2);
  const paths: string[] = [];
  let drawn = -Infinity;
  for (let level = 0; level < depth; level++) {
    const own = level === depth - 1;
    // Of a deep tree not every line is drawn, or they would be one.
    if (props.lines[level] === '1' && (own || x(level) - drawn >= CLOSEST)) {
      paths.push(`M${x(level)} 0 V${ROW}`);
      drawn = x(level);
    }
    if (own) {
      const end = x(depth) - (step >= 9 ? RADIUS : 0);
      paths.push(
        `M${x(level)} 0 V${MIDDLE - bend} Q${x(level)} ${MIDDLE} ${x(level) + bend} ${MIDDLE} H${end}`
      );
    }
  }
  if (props.leads) {
    paths.push(`M${x(depth)} ${MIDDLE + RADIUS} V${ROW}`);
  }
  const sign = signOf(shown.row, props.metric);
  const width = x(depth) + RADIUS + 3;
  return (
    <svg
      className="jp-xpt-gutter"
      width={width}
      height={ROW}
      viewBox={`0 0 ${width} ${ROW}`}
      aria-hidden="true"
    >
      <path className="jp-xpt-gutter-lines" d={paths.join(' ')} />
      <g transform={`translate(${x(depth)} ${MIDDLE})`}>
        <circle className="jp-xpt-gutter-room" r={RADIUS + 1.5} />
        <SignShape sign={sign} title={signWords(sign, trans)} />
      </g>
    </svg>
  );
}
