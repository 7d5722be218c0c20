/** All about the chosen experiment, the lower half of the panel. */
import * as React from 'react';

import type { IDetailProps } from '../acts';
import { detail as readDetail } from '../request';
import type { IDetail, IRun } from '../tokens';
import { Buttons } from './buttons';
import { Changes } from './changes';
import { Curves } from './curves';
import { Datasets } from './data';
import { Environment, EnvironmentChanges } from './environment';
import { Figures } from './figures';
import { Head } from './head';
import { Log } from './log';
import { ChangedRows, Parameters, untold } from './parameters';
import { Fold, Link, reasonOf, Section, Trouble, Waiting } from './parts';
import type { IFolds } from './parts';
import { gitWords, Models, SourceControl } from './ran';
import { useReading } from './reading';
import { Runs } from './runs';
import { sized } from './said';
import { lastPart } from '../leaves/parameters';
import { padded } from '../leaves/words';
import { Standing } from './standing';
import { warned, Warnings } from './warnings';

/** What is open at first. */
const OPEN: ReadonlySet<string> = new Set(['curves', 'figures']);

interface IBodyProps extends Omit<IDetailProps, 'folds'> {
  readonly detail: IDetail;
  readonly folds: IFolds;
  /** The run whose log, curves and figures are shown. */
  readonly run: IRun | null;
  readonly openLog: (run: string) => void;
}

/** What changed since the parent. */
function Since({ row, detail, trans }: IBodyProps): React.JSX.Element | null {
  const { changes } = detail;
  if (row.parent === null) {
    return null;
  }
  const title = trans.__('What changed since %1', padded(row.parent));
  const others = untold(detail.parameters, changes ?? []);
  if (changes === null || (changes.length === 0 && others.length === 0)) {
    return row.runs === 0 ? null : (
      <Section name="changes" title={title}>
        <p className="jp-xpt-dim">
          {changes === null ? trans.__('That is not known.') : trans.__('Nothing that counts.')}
        </p>
      </Section>
    );
  }
  return (
    <Section name="changes" title={title}>
      <Changes changes={changes} label={title} trans={trans}>
        <ChangedRows parameters={others} trans={trans} />
      </Changes>
    </Section>
  );
}

/** What the chosen run left: curves, figures, log. */
function OfRun(props: IBodyProps & { readonly run: IRun }): React.JSX.Element {
  const { settings, at, revision, detail, run, folds, trans } = props;
  const live = run.status === 'running';
  const which = detail.runs.length > 1 ? run.run : '';
  const key = `${at.number}/${run.run}`;
  return (
    <>
      {run.curves.length > 0 && (
        <Fold name="curves" title={trans.__('Curves')} hint={which} folds={folds}>
          {() => <Curves key={key} {...{ settings, at, live, revision, trans }} run={run.run} />}
        </Fold>
      )}
      {run.figures.length > 0 && (
        <Fold
          name="figures"
          title={trans.__('Figures')}
          hint={[which, String(run.figures.length)].filter(Boolean).join(' · ')}
          folds={folds}
        >
          {() => <Figures key={key} {...{ settings, at, trans }} run={run.run} names={run.figures} />}
        </Fold>
      )}
      {(live || run.log_bytes > 0) && (
        <Fold
          name="log"
          title={trans.__('Log')}
          hint={[which, sized(run.log_bytes)].filter(Boolean).join(' · ')}
          folds={folds}
        >
          {() => <Log key={key} {...{ settings, at, live, trans }} run={run.run} />}
        </Fold>
      )}
    </>
  );
}

/** Where it ran, what differs there from its parent first. */
function Where({ detail, row, folds, trans }: IBodyProps): React.JSX.Element | null {
  const { environment, environment_changes: changes } = detail;
  if (environment === null) {
    return null;
  }
  const hint =
    row.parent === null
      ? ''
      : changes.length === 0
        ? trans.__('as for %1', padded(row.parent))
        : trans._n('%1 difference to %2', '%1 differences to %2', changes.length, padded(row.parent));
  return (
    <>
      {changes.length > 0 && (
        <Section name="environment-changes" title={trans.__('What changed in the environment')}>
          <EnvironmentChanges changes={changes} trans={trans} />
        </Section>
      )}
      <Fold name="environment" title={trans.__('Environment')} hint={hint} folds={folds}>
        {() => <Environment environment={environment} trans={trans} />}
      </Fold>
    </>
  );
}

/** What it was set to, the models that were made, and where its source was. */
function With({ detail, row, run, at, folds, trans }: IBodyProps): React.JSX.Element {
  const { parameters } = detail;
  const changed = parameters.filter(one => one.changed).length;
  const git = run?.git ?? null;
  return (
    <>
      {parameters.length > 0 && (
        <Fold
          name="parameters"
          title={trans.__('Parameters')}
          hint={
            changed > 0 && row.parent !== null
              ? trans.__('%1 of %2 changed since %3', changed, parameters.length, padded(row.parent))
              : String(parameters.length)
          }
          folds={folds}
        >
          {() => <Parameters parameters={parameters} trans={trans} />}
        </Fold>
      )}
      {run !== null && run.estimators.length > 0 && (
        <Fold
          name="models"
          title={trans.__('Models')}
          hint={run.estimators.map(({ type }) => lastPart(type)).join(', ')}
          folds={folds}
        >
          {() => <Models models={run.estimators} trans={trans} />}
        </Fold>
      )}
      {run !== null && git !== null && (
        <Fold name="git" title={trans.__('Source control')} hint={gitWords(git, trans)} folds={folds}>
          {() => {
            const name = `${at.series}_${padded(row.number)}`;
            return <SourceControl {...{ git, name, trans }} folder={`out/${name}/${run.run}`} />;
          }}
        </Fold>
      )}
    </>
  );
}

/** Everything that has to be read first. */
function Body(props: IBodyProps): React.JSX.Element {
  const { at, row, detail, metric, acts, run, openLog, trans } = props;
  const warnings = warned(detail);
  const names =
    Object.keys(row.measured).length > 0 ? Object.keys(row.measured) : Object.keys(run?.shown ?? {});
  const metrics = [...names].sort((one, other) => Number(other === metric) - Number(one === metric));
  return (
    <>
      <Since {...props} />
      {detail.runs.length > 0 && (
        <Section name="runs" title={trans.__('Runs')}>
          <Runs
            runs={detail.runs}
            metrics={metrics}
            openLog={openLog}
            openSource={() => {
              acts.diff(row.number, row.number);
            }}
            trans={trans}
          />
        </Section>
      )}
      {detail.datasets.length > 0 && (
        <Datasets datasets={detail.datasets} series={at.series} acts={acts} trans={trans} />
      )}
      {warnings.length > 0 && <Warnings warnings={warnings} trans={trans} />}
      {run !== null && <OfRun {...props} run={run} />}
      <With {...props} />
      <Where {...props} />
      {detail.children.length > 0 && (
        <p className="jp-xpt-Children">
          {trans.__('Led to')}{' '}
          {detail.children.map((number, i) => (
            <React.Fragment key={number}>
              {i > 0 && ', '}
              <Link number={number} trans={trans} acts={acts} />
            </React.Fragment>
          ))}
        </p>
      )}
    </>
  );
}

/** The detail of the chosen experiment: its head at once, the rest as it is read. */
export function Detail(props: IDetailProps): React.JSX.Element {
  const { settings, at, row, metric, revision, acts, lineage, trans } = props;
  const name = [at.place, at.series, at.number].join('/');
  const reading = useReading(name, revision, () => readDetail(settings, at));
  const detail = reading.value;
  const [chosen, setChosen] = React.useState<string | null>(null);
  const scroller = React.useRef<HTMLDivElement>(null);
  const isOpen = (part: string): boolean => props.folds.isOpen(part) ?? OPEN.has(part);
  const folds: IFolds = {
    isOpen,
    toggle: (part, now) => {
      // A part says that it is open also when it is drawn so.
      if (isOpen(part) !== now) {
        props.folds.setOpen(part, now);
      }
    }
  };
  React.useLayoutEffect(() => {
    setChosen(null);
    scroller.current?.scrollTo(0, 0);
  }, [name]);
  const run = detail?.runs.find(one => one.run === chosen) ?? detail?.runs[detail.runs.length - 1] ?? null;
  const openLog = (wanted: string): void => {
    setChosen(wanted);
    folds.toggle('log', true);
    // Drawn first, then shown.
    requestAnimationFrame(() => {
      scroller.current?.querySelector('.jp-xpt-Section-log')?.scrollIntoView({ block: 'start' });
    });
  };
  return (
    <article className="jp-xpt-Detail" aria-label={trans.__('Experiment %1', padded(row.number))}>
      <div className="jp-xpt-Detail-body" ref={scroller}>
        <Head
          key={name}
          row={row}
          metric={metric}
          edit={change => {
            acts.edit(row.number, change);
          }}
          trans={trans}
        />
        <Standing {...{ row, detail, metric, acts, lineage, folds, trans }} />
        {reading.error !== null && (
          <Trouble
            what={trans.__('Experiment %1 cannot be read: %2', padded(row.number), reasonOf(reading, trans))}
            again={reading.again}
            trans={trans}
          />
        )}
        {detail === null && reading.error === null && <Waiting what={trans.__('Reading …')} />}
        {detail !== null && (
          <Body key={name} {...props} detail={detail} folds={folds} run={run} openLog={openLog} />
        )}
      </div>
      <Buttons {...{ row, lineage, acts, trans }} />
    </article>
  );
}
