/** The runs of an experiment, each with its repeats and their seeds. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IRepeat, IRun } from '../tokens';
import { Copy, useWidth } from './parts';
import { gitWords, Outside } from './ran';
import { label } from './plot';
import { duration } from '../leaves/words';

/** Below so many pixels a run takes two lines. */
const NARROW = 430;
/** Pixels of what stands beside the metrics, and of one metric. */
const [BESIDE, COLUMN] = [290, 112];

interface IRunsProps {
  readonly runs: readonly IRun[];
  /** The metrics, the primary one first. */
  readonly metrics: readonly string[];
  /** Show the log of a run. */
  readonly openLog: (run: string) => void;
  /** Show the source that ran. */
  readonly openSource: () => void;
  readonly trans: TranslationBundle;
}

/** A status as a word, with its sign. */
export function Status(props: {
  readonly status: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { status, trans } = props;
  const words: Readonly<Record<string, readonly [string, string]>> = {
    finished: ['✓', trans.__('finished')],
    running: ['◔', trans.__('running')],
    failed: ['×', trans.__('failed')],
    interrupted: ['■', trans.__('interrupted')],
    died: ['†', trans.__('died')],
    damaged: ['⚠', trans.__('damaged')]
  };
  const [sign, word] = words[status] ?? ['', status];
  return (
    <span className={`jp-xpt-Status jp-xpt-${status}`} title={word}>
      <span aria-hidden="true">{sign}</span> {/* The usual needs no word but for who cannot see its sign. */}
      <span className={status === 'finished' ? 'jp-xpt-unseen' : undefined}>{word}</span>
    </span>
  );
}

/** How long something took; empty where that is not known. */
function took(seconds: number | null, trans: TranslationBundle): string {
  return seconds === null ? '' : duration(seconds, trans);
}

/** A value of a repeat, as it is told. */
function told(value: number | string | null | undefined): string {
  return typeof value === 'number' ? label(value) : (value ?? '');
}

/** A seed too long to be shown whole: its beginning and which repeat. */
function brief(seed: string): string {
  return seed.length > 16 ? `${seed.slice(0, 6)}…${seed.slice(seed.lastIndexOf(':'))}` : seed;
}

/** Every repeat of a run. */
function Repeats(props: {
  readonly run: IRun;
  readonly metrics: readonly string[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { run, metrics, trans } = props;
  const row = (one: IRepeat): React.JSX.Element => (
    <tr key={one.repeat}>
      <th scope="row" className="jp-xpt-digits">
        {one.repeat}
      </th>
      {metrics.map(name => (
        <td key={name} className="jp-xpt-digits">
          {told(one.values[name])}
        </td>
      ))}
      <td className="jp-xpt-digits">{took(one.seconds, trans)}</td>
      <td>
        {one.status !== 'finished' && <Status status={one.status} trans={trans} />}{' '}
        {one.error !== null && <span className="jp-xpt-Error">{one.error}</span>}
      </td>
      <td className="jp-xpt-Seed">
        <code title={one.seed}>{brief(one.seed)}</code>{' '}
        {one.seed !== '' && (
          <Copy
            text={`seed=${one.seed}`}
            title={trans.__(
              'Copy %1: on the line of the %2 cell it replays this repeat',
              `seed=${one.seed}`,
              '%%experiment'
            )}
            trans={trans}
          />
        )}
      </td>
    </tr>
  );
  return (
    <div className="jp-xpt-Repeats">
      <table className="jp-xpt-Table" aria-label={trans.__('Repeats of run %1', run.run)}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Repeat')}</th>
            {metrics.map(name => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
            <th scope="col">{trans.__('time')}</th>
            <th scope="col">
              <span className="jp-xpt-unseen">{trans.__('status')}</span>
            </th>
            <th scope="col">{trans.__('seed')}</th>
          </tr>
        </thead>
        <tbody>{run.each.map(row)}</tbody>
        {run.each.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">{trans.__('mean')}</th>
              {metrics.map(name => (
                <td key={name} className="jp-xpt-digits">
                  {run.shown[name] ?? ''}
                </td>
              ))}
              <td colSpan={3} />
            </tr>
          </tfoot>
        )}
      </table>
      {run.each.length === 0 && <p className="jp-xpt-dim">{trans.__('No repeat has begun.')}</p>}
      <p className="jp-xpt-dim jp-xpt-Origin">
        {run.arguments !== '' && <code>%%experiment {run.arguments}</code>}{' '}
        {run.git?.commit != null && (
          <span title={run.git.commit}>{trans.__('git %1', gitWords(run.git, trans))}</span>
        )}
      </p>
      {run.outside.length > 0 && <Outside values={run.outside} trans={trans} />}
    </div>
  );
}

/** One run: its line, and below it its repeats once they are asked for. */
function Run(
  props: Omit<IRunsProps, 'runs'> & { readonly run: IRun; readonly shown: readonly string[] }
): React.JSX.Element {
  const { run, shown, metrics, openLog, openSource, trans } = props;
  const [open, setOpen] = React.useState(false);
  const id = React.useId();
  const started = new Date(run.started);
  const over = run.each.filter(one => one.status !== 'running').length;
  return (
    <>
      <tr className={run.counts ? undefined : 'jp-xpt-uncounted'}>
        <th scope="row">
          <button
            className="jp-xpt-Expander"
            aria-expanded={open}
            aria-controls={id}
            title={trans.__('Show each repeat')}
            onClick={() => {
              setOpen(!open);
            }}
          >
            <span aria-hidden="true">{open ? '▾' : '▸'}</span>{' '}
            <span title={Number.isNaN(started.getTime()) ? undefined : started.toLocaleString()}>
              {run.run}
            </span>
          </button>
        </th>
        {shown.map(name => (
          <td key={name} className="jp-xpt-digits" title={name}>
            {run.shown[name] ?? ''}
          </td>
        ))}
        <td className="jp-xpt-digits">
          {run.status === 'running' ? trans.__('%1 of %2', over, run.repeats) : took(run.seconds, trans)}
        </td>
        <td>
          <Status status={run.status} trans={trans} />
          {!run.counts && (
            <span className="jp-xpt-dim" title={trans.__('It ran an earlier source of this experiment')}>
              {' '}
              {trans.__('not counted')}
            </span>
          )}
        </td>
        <td className="jp-xpt-Run-links">
          <button
            className="jp-xpt-link"
            aria-label={trans.__('Log of run %1', run.run)}
            onClick={() => {
              openLog(run.run);
            }}
          >
            {trans.__('log')}
          </button>{' '}
          {run.counts && (
            <button
              className="jp-xpt-link"
              aria-label={trans.__('Source of run %1', run.run)}
              title={trans.__('Show the cells as they ran')}
              onClick={openSource}
            >
              {trans.__('source')}
            </button>
          )}
        </td>
      </tr>
      <tr id={id} hidden={!open}>
        <td colSpan={shown.length + 4} className="jp-xpt-Repeats-cell">
          {open && <Repeats run={run} metrics={metrics} trans={trans} />}
        </td>
      </tr>
    </>
  );
}

/** The runs, the newest first. */
export function Runs(props: IRunsProps): React.JSX.Element {
  const { runs, metrics, trans } = props;
  const [measure, width] = useWidth();
  const newest = [...runs].sort((one, other) => other.index - one.index);
  const narrow = width < NARROW;
  const shown = metrics.slice(0, narrow ? 1 : Math.max(1, Math.floor((width - BESIDE) / COLUMN)));
  return (
    <div className="jp-xpt-scroll" ref={measure}>
      <table className={narrow ? 'jp-xpt-Table jp-xpt-Runs jp-xpt-narrow' : 'jp-xpt-Table jp-xpt-Runs'}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Run')}</th>
            {shown.map(name => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
            <th scope="col">{trans.__('time')}</th>
            <th scope="col">
              <span className="jp-xpt-unseen">{trans.__('status')}</span>
            </th>
            <th scope="col">
              <span className="jp-xpt-unseen">{trans.__('more')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {newest.map(run => (
            <Run key={run.run} {...props} run={run} shown={shown} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
