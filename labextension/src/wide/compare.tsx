/** Two to six experiments beside one another: what they measure on one scale, and only what differs between them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IActs, ICompareProps } from '../acts';
import { Link, reasonOf, Section, Trouble, useWidth, Waiting } from '../detail/parts';
import { range } from '../detail/plot';
import { useReading } from '../detail/reading';
import { Arrow, Judged, Sentence } from '../detail/standing';
import { compare as readCompare } from '../request';
import { SignPicture } from '../panel/sign';
import { Strip } from '../panel/strip';
import { bare, lastPart } from '../leaves/parameters';
import type { ICompare, IMeasured, IRow } from '../tokens';
import { measuredOf, padded, signOf, signWords, titleOf } from '../leaves/words';

const [NARROWEST, WIDEST] = [80, 260];
/** So many metrics are shown at first. */
const FIRST = 8;

/** How many of the values are not what the first one is. */
export function differing(values: readonly (string | null)[]): number {
  return values.filter(value => value !== values[0]).length;
}

/** All values of what was measured, and the bounds of its mean's interval. */
function ends(measured: IMeasured | null): readonly number[] {
  const { values, mean, half } = measured ?? { values: [], mean: null, half: null };
  return mean === null || half === null ? values : [...values, mean - half, mean + half];
}

interface IMetricsProps {
  readonly rows: readonly IRow[];
  readonly metrics: readonly string[];
  readonly verdicts: ICompare['verdicts'];
  readonly strip: number;
  readonly trans: TranslationBundle;
}

/** One metric of all: strips on one scale, values, verdicts against the first. */
function Metric(props: Omit<IMetricsProps, 'metrics'> & { readonly metric: string }): React.JSX.Element {
  const { rows, metric, verdicts, strip, trans } = props;
  const all = rows.map(row => measuredOf(row, metric));
  const live = rows.flatMap(row => row.running?.values[metric] ?? []);
  // From end to end: of few experiments even the odd value is worth its room.
  const scale = range([...all.flatMap(ends), ...live]);
  const first = all[0]?.mean ?? null;
  const goal = all.find(one => one !== null)?.goal;
  return (
    <tr>
      <th scope="row">
        {metric} {goal !== undefined && <Arrow goal={goal} trans={trans} />}
      </th>
      {rows.map((row, i) => {
        const measured = all[i] ?? null;
        const judged = verdicts.find(one => one.metric === metric && one.right === row.number);
        return (
          <td key={row.number}>
            {/* Its own verdict would colour the strip: here all are told against the first. */}
            <Strip
              row={{
                ...row,
                status: row.status,
                verdicts: judged === undefined ? {} : { [metric]: asVerdict(judged) }
              }}
              metric={metric}
              scale={scale}
              baseline={i === 0 ? null : first}
              width={strip}
              interval
              trans={trans}
            />
            <div className="jp-xpt-Compare-value">
              <strong>{measured?.shown ?? '–'}</strong>{' '}
              <span className="jp-xpt-dim">{measured === null ? '' : `×${measured.n}`}</span>
            </div>
            {judged !== undefined && (
              <div title={judged.sentence}>
                <Judged verdict={judged.verdict} trans={trans} />
              </div>
            )}
          </td>
        );
      })}
    </tr>
  );
}

/** A verdict against the first, as strips take it. */
function asVerdict(judged: ICompare['verdicts'][number]): IRow['verdicts'][string] {
  const { verdict, sentence } = judged;
  return { verdict, sentence, difference: null, low: null, high: null, confidence: 0.95 };
}

/** The columns' heads: which experiments they are. */
function Heads(props: {
  readonly rows: readonly IRow[];
  readonly corner: string;
  readonly notes: boolean;
  readonly metric: string | null;
  readonly acts: Pick<IActs, 'choose'>;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { rows, corner, notes, metric, acts, trans } = props;
  return (
    <thead>
      <tr>
        <th scope="col">{corner}</th>
        {rows.map(row => {
          const words = signWords(signOf(row, metric), trans);
          return (
            <th scope="col" key={row.number} className="jp-xpt-Compare-head">
              <SignPicture sign={signOf(row, metric)} title={words} />{' '}
              <Link number={row.number} acts={acts} trans={trans} />
              {notes && (
                <div className="jp-xpt-Compare-note" title={titleOf(row)}>
                  {titleOf(row)}
                </div>
              )}
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** One thing that each has its own value of. */
interface IBeside {
  readonly where: string;
  readonly what: string;
  readonly values: readonly (string | null)[];
}

/** What the source and the machine differ in, apart from the parameters that are told by themselves. */
export function elsewhere(compare: ICompare): readonly IBeside[] {
  const key = (name: string, values: readonly (string | null)[]): string =>
    JSON.stringify([lastPart(name), values.map(value => bare(value))]);
  const told = new Set(compare.parameters.map(({ name, values }) => key(name, values)));
  return compare.rows.filter(({ what, values }) => !told.has(key(what, values)));
}

/** Values beside one another, a row each. */
function Rows(props: {
  readonly rows: readonly IBeside[];
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { rows, trans } = props;
  return (
    <tbody>
      {rows.map((row, i) => (
        <tr key={i}>
          <th scope="row">
            {!['', 'cell', row.what].includes(row.where) && <span className="jp-xpt-dim">{row.where} </span>}
            {row.what}
          </th>
          {row.values.map((value, at) => (
            <td key={at} className={at > 0 && value !== row.values[0] ? 'jp-xpt-Compare-other' : undefined}>
              {value === null ? (
                <span className="jp-xpt-dim" title={trans.__('not there')}>
                  –
                </span>
              ) : (
                <code>{value}</code>
              )}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** What they are set to: what differs, or all of it. */
function Parameters(props: {
  readonly parameters: ICompare['parameters'];
  readonly heads: React.ReactNode;
  readonly trans: TranslationBundle;
}): React.JSX.Element | null {
  const { parameters, heads, trans } = props;
  const [all, setAll] = React.useState(false);
  const differ = parameters.filter(one => one.differs);
  const shown = all ? parameters : differ;
  const choices = [
    [false, trans.__('only differences'), differ.length],
    [true, trans.__('all values'), parameters.length]
  ] as const;
  return parameters.length === 0 ? null : (
    <Section name="parameters" title={trans.__('Parameters')}>
      <div className="jp-xpt-Switch" role="group" aria-label={trans.__('Which parameters')}>
        {choices.map(([every, words, n]) => (
          <button
            key={words}
            aria-pressed={all === every}
            onClick={() => {
              setAll(every);
            }}
          >
            {words} <span className="jp-xpt-dim">{n}</span>
          </button>
        ))}
      </div>
      {shown.length > 0 ? (
        <div className="jp-xpt-scroll">
          <table className="jp-xpt-Table jp-xpt-Compare-table" aria-label={trans.__('Parameters')}>
            {heads}
            <Rows
              rows={shown.map(one => ({ where: '', what: one.name, values: one.values }))}
              trans={trans}
            />
          </table>
        </div>
      ) : (
        <p className="jp-xpt-dim">{trans.__('All are set alike.')}</p>
      )}
    </Section>
  );
}

/** The comparison itself. */
function Comparison(
  props: Pick<ICompareProps, 'metric' | 'acts' | 'trans'> & {
    readonly compare: ICompare;
    readonly rows: readonly IRow[];
    readonly width: number;
  }
): React.JSX.Element {
  const { compare, rows, width, metric, acts, trans } = props;
  const [all, setAll] = React.useState(false);
  const strip = Math.min(WIDEST, Math.max(NARROWEST, (width - 180) / rows.length - 28));
  const metrics = [...compare.metrics].sort(
    (one, other) => Number(other === metric) - Number(one === metric)
  );
  const shown = all ? metrics : metrics.slice(0, FIRST);
  const head = { rows, metric, acts, trans };
  const others = elsewhere(compare);
  const first = compare.numbers[0] ?? null;
  const told = compare.verdicts.filter(one => one.metric === (metrics[0] ?? ''));
  return (
    <>
      {told.length > 0 && (
        <ul className="jp-xpt-Compare-told" aria-label={trans.__('Verdicts')}>
          {told.map(one => (
            <li key={one.right}>
              <Link number={one.right} acts={acts} trans={trans} />{' '}
              <Sentence sentence={one.sentence} against={first} acts={acts} trans={trans} />
            </li>
          ))}
        </ul>
      )}
      {metrics.length > 0 && (
        <Section name="metrics" title={trans.__('Metrics')}>
          <div className="jp-xpt-scroll">
            <table className="jp-xpt-Table jp-xpt-Compare-table">
              <Heads {...head} notes corner={trans.__('Metric')} />
              <tbody>
                {shown.map(one => (
                  <Metric key={one} {...{ rows, strip, trans }} verdicts={compare.verdicts} metric={one} />
                ))}
              </tbody>
            </table>
          </div>
          {shown.length < metrics.length && (
            <button
              className="jp-xpt-rest"
              onClick={() => {
                setAll(true);
              }}
            >
              {trans.__('%1 more', metrics.length - shown.length)}
            </button>
          )}
        </Section>
      )}
      <Parameters
        parameters={compare.parameters}
        heads={<Heads {...head} notes={metrics.length === 0} corner={trans.__('Parameter')} />}
        trans={trans}
      />
      <Section
        name="differences"
        title={
          compare.parameters.length > 0
            ? trans.__('What differs besides, in source and environment')
            : trans.__('What differs')
        }
      >
        {others.length > 0 ? (
          <div className="jp-xpt-scroll">
            <table className="jp-xpt-Table jp-xpt-Compare-table">
              <Heads {...head} notes={metrics.length === 0} corner={trans.__('What')} />
              <Rows rows={others} trans={trans} />
            </table>
          </div>
        ) : (
          <p className="jp-xpt-dim">
            {compare.rows.length > 0
              ? trans.__('Nothing but parameters.')
              : trans.__('Nothing that counts: all ran the same source.')}
          </p>
        )}
      </Section>
    </>
  );
}

/** The tab with a comparison; its first is what the others are told against, and can be another one. */
export function Compare(props: ICompareProps): React.JSX.Element {
  const { settings, place, lineage, metric, acts, trans } = props;
  const { series } = lineage;
  const [numbers, setNumbers] = React.useState(props.numbers);
  const [measure, width] = useWidth();
  const given = props.numbers.join(',');
  React.useEffect(() => {
    setNumbers(props.numbers);
    // Another array with the same numbers is no other comparison.
  }, [given]);
  const rows = numbers
    .map(number => lineage.rows.find(row => row.number === number))
    .filter(row => row !== undefined);
  // Whatever is measured or run anew changes verdicts.
  const revision = rows
    .map(row => [row.number, row.runs, row.status, row.running?.ended ?? '', row.note].join(':'))
    .join(' ');
  const reading = useReading([place, series, ...numbers].join('/'), revision, () =>
    readCompare(settings, place, series, numbers)
  );
  const { value, error, again } = reading;
  return (
    <div className="jp-xpt-Wide jp-xpt-Compare" ref={measure} tabIndex={-1}>
      <div className="jp-xpt-Wide-head">
        <h2>{trans.__('%1 · compared', series)}</h2>
        <div className="jp-xpt-Compare-order" role="group" aria-label={trans.__('Compared with')}>
          <span className="jp-xpt-dim">{trans.__('told against')}</span>
          {numbers.map((number, i) => (
            <button
              key={number}
              aria-pressed={i === 0}
              title={trans.__('Tell the others against %1', padded(number))}
              onClick={() => {
                setNumbers([number, ...numbers.filter(one => one !== number)]);
              }}
            >
              {padded(number)}
            </button>
          ))}
        </div>
      </div>
      {error !== null && (
        <Trouble
          what={trans.__('The comparison cannot be read: %1', reasonOf(reading, trans))}
          again={again}
          trans={trans}
        />
      )}
      {rows.length < numbers.length && (
        <p className="jp-xpt-dim">{trans.__('Some of them are no longer there.')}</p>
      )}
      {value === null && error === null && <Waiting what={trans.__('Reading …')} />}
      {value !== null && (
        <Comparison
          compare={value}
          rows={value.numbers
            .map(number => lineage.rows.find(row => row.number === number))
            .filter(row => row !== undefined)}
          {...{ width, metric, acts, trans }}
        />
      )}
    </div>
  );
}
