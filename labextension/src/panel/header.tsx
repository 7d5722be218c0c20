/** Header: which experiments are shown, and by what they are judged. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { placeName } from './empty';
import { columnNames } from '../leaves/columns';
import type { Model } from '../model';
import type { Sort } from '../leaves/rows';
import type { Goal, ILineage } from '../tokens';
import { arrow, padded } from '../leaves/words';

export interface IHeaderActs {
  /** Show the menu of the whole series. */
  menu(at: DOMRect): void;
  setGoal(metric: string, goal: Goal): void;
  pin(number: number | null): void;
}

interface IHeaderProps {
  readonly model: Model;
  readonly lineage: ILineage | null;
  /** The terms of the filter that mean nothing. */
  readonly unknown: readonly string[];
  readonly acts: IHeaderActs;
  readonly trans: TranslationBundle;
}

function Select(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly choose: (value: string) => void;
  readonly className: string;
}): React.JSX.Element {
  return (
    <select
      className={`jp-xpt-select ${props.className}`}
      aria-label={props.label}
      title={props.label}
      value={props.value}
      onChange={event => {
        props.choose(event.target.value);
      }}
    >
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** The folders to choose from: those with experiments, and the one that is shown. */
function PlaceSelect({ model, trans }: IHeaderProps): React.JSX.Element | null {
  const { place } = model;
  const places = (model.places ?? []).filter(
    one => one.experiments || one.place === place?.place || one.path === model.folder
  );
  // With one folder there is nothing to choose, unless none is shown.
  if (places.length < (place === null ? 1 : 2)) {
    return null;
  }
  const options = places.map(one => [one.place, placeName(one, trans)] as const);
  return (
    <Select
      className="jp-xpt-mod-place"
      label={trans.__('Folder')}
      value={place?.place ?? ''}
      options={place === null ? [['', trans.__('choose a folder')], ...options] : options}
      choose={id => {
        model.choosePlace(id);
      }}
    />
  );
}

function MetricSelect(props: IHeaderProps & { readonly lineage: ILineage }): React.JSX.Element | null {
  const { model, lineage, trans } = props;
  const { metric } = model;
  if (metric === null) {
    return null;
  }
  const goalOf = (one: string): Goal => lineage.goals[one] ?? lineage.goal ?? 'max';
  const goal = goalOf(metric);
  const said =
    goal === 'max'
      ? trans.__('Higher %1 is better. Click where lower is better.', metric)
      : trans.__('Lower %1 is better. Click where higher is better.', metric);
  const metrics = lineage.metrics.includes(metric) ? lineage.metrics : [metric, ...lineage.metrics];
  return (
    <span className="jp-xpt-metric">
      <Select
        className="jp-xpt-mod-metric"
        label={trans.__('Metric')}
        value={metric}
        options={metrics.map(one => [one, `${one} ${arrow(goalOf(one))}`])}
        choose={one => {
          model.chooseMetric(one);
        }}
      />
      <button
        className="jp-xpt-tool jp-xpt-goal"
        title={said}
        aria-label={said}
        onClick={() => {
          props.acts.setGoal(metric, goal === 'max' ? 'min' : 'max');
        }}
      >
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="M3.5 10.5 V1.8 M1.3 4 L3.5 1.8 L5.7 4 M8.5 1.5 V10.2 M6.3 8 L8.5 10.2 L10.7 8" />
        </svg>
      </button>
    </span>
  );
}

function Filter(props: IHeaderProps & { readonly lineage: ILineage }): React.JSX.Element {
  const { model, unknown, trans } = props;
  const metric = model.metric ?? 'accuracy';
  const help = trans.__(
    'Words, "quoted words", %1>0.9, parameter>3, parameter:text, #tag, verdict:improved, status:failed, parent:9, star, note:word; a - in front means not.',
    metric
  );
  return (
    <span className="jp-xpt-filter">
      <input
        type="search"
        className={unknown.length > 0 ? 'jp-xpt-mod-unknown' : ''}
        aria-label={trans.__('Filter')}
        placeholder={trans.__('filter: boosting %1>0.9 #tag', metric)}
        title={help}
        spellCheck={false}
        value={model.line}
        onChange={event => {
          model.filter(event.target.value);
        }}
        onKeyDown={event => {
          if (event.key === 'Escape' && model.line !== '') {
            event.stopPropagation();
            model.filter('');
          }
        }}
      />
    </span>
  );
}

export function Header(props: IHeaderProps): React.JSX.Element {
  const { model, lineage, unknown, trans } = props;
  const sorts: readonly (readonly [Sort, string])[] = [
    ['number', trans.__('by number')],
    ['value', trans.__('by value')],
    ['time', trans.__('by time')],
    // By a column it is sorted in the list itself.
    ...(model.order === null
      ? []
      : [['column', trans.__('by %1', columnNames(model.order.column, trans))] as const])
  ];
  return (
    <div className="jp-xpt-header">
      <div className="jp-xpt-title">
        <h2>{trans.__('Experiments')}</h2>
        <span className="jp-xpt-place">
          <PlaceSelect {...props} />
        </span>
        {lineage !== null && (
          <>
            <Select
              className="jp-xpt-mod-sort"
              label={trans.__('Sort')}
              value={model.sort}
              options={sorts}
              choose={sort => {
                model.chooseSort(sort as Sort);
              }}
            />
            <button
              className="jp-xpt-tool"
              title={trans.__('More')}
              aria-label={trans.__('More')}
              aria-haspopup="menu"
              onClick={event => {
                props.acts.menu(event.currentTarget.getBoundingClientRect());
              }}
            >
              <ellipsesIcon.react tag="span" height="16px" width="16px" />
            </button>
          </>
        )}
      </div>
      {lineage !== null && (
        <div className="jp-xpt-choices">
          <span className="jp-xpt-pair">
            <Select
              className="jp-xpt-mod-series"
              label={trans.__('Series')}
              value={lineage.series}
              options={Array.from(model.known.series.keys(), name => [name, name] as const)}
              choose={series => {
                model.chooseSeries(series);
              }}
            />
            <MetricSelect {...props} lineage={lineage} />
          </span>
          <Filter {...props} lineage={lineage} />
        </div>
      )}
      {unknown.length > 0 && (
        <div className="jp-xpt-line jp-xpt-mod-warn">
          {trans.__('Not understood: %1', unknown.join('  '))}
        </div>
      )}
      {lineage?.baseline != null && (
        <div className="jp-xpt-line">
          <span>{trans.__('All compared with %1', padded(lineage.baseline))}</span>
          <button
            className="jp-xpt-link"
            onClick={() => {
              props.acts.pin(null);
            }}
          >
            {trans.__('compare with parents')}
          </button>
        </div>
      )}
    </div>
  );
}
