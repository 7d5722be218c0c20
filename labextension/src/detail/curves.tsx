/** The curves of metrics that were logged step by step: a line a repeat, and their mean. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { curves as readCurves } from '../request';
import type { IAt } from '../tokens';
import { reasonOf, Trouble, useBeat, useWidth, Waiting } from './parts';
import { label, mean, nearest, path, place, range, roomier, steps, ticks, values } from './plot';
import type { Curves as Repeats, Point } from './plot';
import { useReading } from './reading';

/** Milliseconds between two looks at the curves of a run under way. */
const BEAT = 2000;
const HEIGHT = 150;
const [TOP, RIGHT, BOTTOM] = [8, 10, 30];
/** Rows of the table that stands for the plot. */
const MOST_ROWS = 200;

/** The value at a step, where there is one. */
function valueAt(points: readonly Point[], step: number): number | null {
  return points.find(([one]) => one === step)?.[1] ?? null;
}

/** Each curve's value at a step: the mean's first. */
function said(step: number, average: readonly Point[], repeats: Repeats, trans: TranslationBundle): string {
  const middle = valueAt(average, step);
  const each = Object.entries(repeats)
    .map(([repeat, points]): [string, number | null] => [repeat, valueAt(points, step)])
    .filter(([, value]) => value !== null)
    .slice(0, 8)
    .map(([repeat, value]) => `#${repeat} ${label(value ?? 0)}`);
  const parts = [
    trans.__('step %1', label(step)),
    ...(middle === null ? [] : [trans.__('mean %1', label(middle))])
  ];
  return [...parts, ...each].join(' · ');
}

interface IPlotProps {
  readonly metric: string;
  readonly repeats: Repeats;
  readonly trans: TranslationBundle;
}

/** One metric's plot. The arrow keys move along it as the mouse does. */
function Plot({ metric, repeats, trans }: IPlotProps): React.JSX.Element | null {
  const [measure, width] = useWidth();
  const [step, setStep] = React.useState<number | null>(null);
  const [all, average] = React.useMemo(() => [steps(repeats), mean(repeats)], [repeats]);
  const [across, spread] = [range(all), range(values(repeats))];
  if (across === null || spread === null) {
    return <p className="jp-xpt-dim">{trans.__('%1: no finite value was logged.', metric)}</p>;
  }
  const up = roomier(spread);
  const rows = ticks(up, 4);
  const left = 12 + 6.5 * Math.max(...rows.map(one => label(one).length));
  const x = place(across, left, Math.max(left + 1, width - RIGHT));
  const y = place(up, HEIGHT - BOTTOM, TOP);
  const columns = ticks(across, Math.max(2, Math.floor((width - left) / 70)));
  const move = (by: number): void => {
    const at = step === null ? (by > 0 ? -1 : all.length) : all.indexOf(step);
    setStep(all[Math.min(all.length - 1, Math.max(0, at + by))] ?? null);
  };
  const n = Object.keys(repeats).length;
  return (
    <figure className="jp-xpt-Plot" ref={measure}>
      <figcaption>
        <strong>{metric}</strong>{' '}
        <span className="jp-xpt-dim">
          {step === null ? trans._n('%1 repeat', '%1 repeats', n) : said(step, average, repeats, trans)}
        </span>
      </figcaption>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={trans.__(
          '%1 over steps, %2; arrow keys read values',
          metric,
          trans._n('%1 repeat', '%1 repeats', n)
        )}
        tabIndex={0}
        onMouseMove={event => {
          const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const share = (at - left) / Math.max(1, width - RIGHT - left);
          setStep(nearest(all, across.low + share * (across.high - across.low)));
        }}
        onMouseLeave={() => {
          setStep(null);
        }}
        onBlur={() => {
          setStep(null);
        }}
        onKeyDown={event => {
          const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
          if (by !== undefined) {
            event.preventDefault();
            move(by);
          }
        }}
      >
        <g className="jp-xpt-Plot-grid">
          {rows.map(one => (
            <React.Fragment key={one}>
              <line x1={left} x2={width - RIGHT} y1={y(one)} y2={y(one)} />
              <text x={left - 6} y={y(one)} dy="0.32em" textAnchor="end">
                {label(one)}
              </text>
            </React.Fragment>
          ))}
          {columns.map(one => (
            <text key={one} x={x(one)} y={HEIGHT - BOTTOM + 14} textAnchor="middle">
              {label(one)}
            </text>
          ))}
          <text x={(left + width - RIGHT) / 2} y={HEIGHT - 3} textAnchor="middle">
            {trans.__('step')}
          </text>
        </g>
        {Object.entries(repeats).map(([repeat, points]) => (
          <path key={repeat} className="jp-xpt-Plot-repeat" d={path(points, x, y)} />
        ))}
        <path className="jp-xpt-Plot-mean" d={path(n > 1 ? average : [], x, y)} />
        {step !== null && (
          <line className="jp-xpt-Plot-cursor" x1={x(step)} x2={x(step)} y1={TOP} y2={HEIGHT - BOTTOM} />
        )}
      </svg>
      <Numbers metric={metric} repeats={repeats} trans={trans} all={all} average={average} />
    </figure>
  );
}

/** The same as a table, for those who read rather than see. */
function Numbers(
  props: IPlotProps & { readonly all: readonly number[]; readonly average: readonly Point[] }
): React.JSX.Element {
  const { metric, repeats, trans, all, average } = props;
  const [open, setOpen] = React.useState(false);
  const every = Math.max(1, Math.ceil(all.length / MOST_ROWS));
  const names = Object.keys(repeats);
  return (
    <details
      className="jp-xpt-Numbers"
      onToggle={event => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>{trans.__('as a table')}</summary>
      {open && (
        <div className="jp-xpt-scroll">
          <table className="jp-xpt-Table" aria-label={trans.__('%1 over steps', metric)}>
            <thead>
              <tr>
                <th scope="col">{trans.__('step')}</th>
                <th scope="col">{trans.__('mean')}</th>
                {names.map(name => (
                  <th scope="col" key={name}>
                    #{name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {all
                .filter((_, i) => i % every === 0 || i === all.length - 1)
                .map(step => (
                  <tr key={step}>
                    <th scope="row" className="jp-xpt-digits">
                      {label(step)}
                    </th>
                    {[average, ...names.map(name => repeats[name] ?? [])].map((points, i) => {
                      const value = valueAt(points, step);
                      return (
                        <td key={i} className="jp-xpt-digits">
                          {value === null ? '' : label(value)}
                        </td>
                      );
                    })}
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

/** The curves of a run; while it is under way they grow. */
export function Curves(props: {
  readonly settings: ServerConnection.ISettings;
  readonly at: IAt;
  readonly run: string;
  readonly live: boolean;
  readonly revision: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { settings, at, run, live, revision, trans } = props;
  const root = React.useRef<HTMLDivElement>(null);
  const reading = useReading([at.place, at.series, at.number, run].join('/'), revision, () =>
    readCurves(settings, at, run)
  );
  useBeat(root, live ? BEAT : null, reading.again);
  const { value, error, again } = reading;
  return (
    <div ref={root} className="jp-xpt-Curves">
      {error !== null && (
        <Trouble
          what={trans.__('The curves cannot be read: %1', reasonOf(reading, trans))}
          again={again}
          trans={trans}
        />
      )}
      {value === null && error === null && <Waiting what={trans.__('Reading the curves …')} />}
      {Object.entries(value?.metrics ?? {}).map(([metric, repeats]) => (
        <Plot key={metric} metric={metric} repeats={repeats} trans={trans} />
      ))}
      {value?.cut === true && <p className="jp-xpt-dim">{trans.__('Some points were left out.')}</p>}
    </div>
  );
}
