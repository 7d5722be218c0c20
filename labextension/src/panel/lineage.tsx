/** Lineage: the list of experiments, with what belongs to it. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Acting } from '../acting';
import { PANEL_ID } from '../icons';
import type { IFilter } from '../leaves/filter';
import { endedRuns } from '../leaves/known';
import type { ISpread } from '../leaves/parameters';
import { shownRows } from '../leaves/rows';
import { scaleOf } from '../leaves/scale';
import { measuredOf, padded, signOf, signWords, verdictOf } from '../leaves/words';
import { openRowMenu } from '../menus';
import type { Model } from '../model';
import type { IPreferences } from '../preferences';
import type { ILineage } from '../tokens';
import { Tree } from './tree';
import type { ITreeActs } from './tree';

interface IListProps {
  readonly app: JupyterFrontEnd;
  readonly model: Model;
  readonly acts: Acting;
  readonly preferences: IPreferences;
  readonly trans: TranslationBundle;
}

/** All values that strips of a series show. */
function valuesOf(lineage: ILineage, metric: string | null): readonly number[] {
  return lineage.rows.flatMap(row => [
    ...(measuredOf(row, metric)?.values ?? []),
    ...(metric === null ? [] : (row.running?.values[metric] ?? []))
  ]);
}

/** What to say to who cannot see it: how many a filter finds, and runs that are over. */
function useNews(model: Model, found: string, trans: TranslationBundle): string {
  const [news, setNews] = React.useState('');
  const before = React.useRef(model.known);
  React.useEffect(() => {
    const ended = endedRuns(before.current, model.known)[0];
    before.current = model.known;
    if (ended !== undefined) {
      const { row, series } = ended;
      const metric = row.primary;
      const said = verdictOf(row, metric)?.sentence ?? signWords(signOf(row, metric), trans);
      setNews(`${series} ${padded(row.number)}: ${said}`);
    }
  }, [model.known, trans]);
  React.useEffect(() => {
    setNews(found);
  }, [found]);
  return news;
}

function PickedBar(props: IListProps): React.JSX.Element | null {
  const { model, acts, trans } = props;
  const n = model.picked.size;
  if (n === 0) {
    return null;
  }
  const fits = n >= 2 && n <= 6;
  return (
    <div className="jp-xpt-picked">
      <span>
        {n > 6
          ? trans.__('%1 picked; at most 6 can be compared', n)
          : n === 1
            ? trans.__('1 picked; pick one more to compare')
            : trans.__('%1 picked', n)}
      </span>
      <button
        className="jp-xpt-button jp-xpt-mod-accent"
        disabled={!fits}
        onClick={() => {
          acts.compare(Array.from(model.picked));
        }}
      >
        {trans.__('Compare')}
      </button>
      <button
        className="jp-xpt-button"
        onClick={() => {
          model.unpick();
        }}
      >
        {trans.__('Clear')}
      </button>
    </div>
  );
}

/** What the tree can have done to it. */
function useTreeActs(props: IListProps, setEditing: (number: number | null) => void): ITreeActs {
  const { app, model, acts } = props;
  return React.useMemo(
    () => ({
      choose: (number, event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) {
          model.pick(number);
        } else {
          acts.choose(number);
        }
      },
      go: number => {
        acts.choose(number);
      },
      open: number => {
        acts.open(number);
      },
      star: (number, star) => {
        acts.edit(number, { star });
      },
      fold: number => {
        model.fold(number);
      },
      menu: (number, event) => {
        event.preventDefault();
        event.stopPropagation();
        acts.choose(number);
        openRowMenu(app, number, event.clientX, event.clientY);
      },
      keyMenu: (number, at) => {
        openRowMenu(app, number, at.left + 24, at.bottom);
      },
      pick: number => {
        model.pick(number);
      },
      edit: number => {
        setEditing(number);
      },
      rename: (number, note) => {
        setEditing(null);
        if (note !== null && note.trim() !== model.row(number)?.note) {
          acts.edit(number, { note: note.trim() });
        }
        document.querySelector<HTMLElement>(`#${PANEL_ID} .jp-xpt-tree`)?.focus();
      },
      remove: number => {
        acts.remove(number);
      },
      sortBy: sort => {
        model.chooseSort(sort);
      },
      order: order => {
        model.chooseOrder(order);
      },
      columns: columns => {
        model.chooseColumns(columns);
      }
    }),
    [app, model, acts, setEditing]
  );
}

/** The list, with what belongs to it. */
export function Lineage(
  props: IListProps & {
    readonly lineage: ILineage;
    readonly filter: IFilter;
    /** The parameters of the series, looked through when asked for. */
    readonly spreads: () => ReadonlyMap<string, ISpread>;
  }
): React.JSX.Element {
  const { model, lineage, filter, trans } = props;
  const { metric, sort, order, folded, picked } = model;
  const [editing, setEditing] = React.useState<number | null>(null);
  const acts = useTreeActs(props, setEditing);
  const shown = React.useMemo(
    () => shownRows(lineage, { sort, order, metric, folded, matches: filter.empty ? null : filter.matches }),
    [lineage, sort, order, metric, folded, filter]
  );
  const scale = React.useMemo(() => scaleOf(valuesOf(lineage, metric)), [lineage, metric]);
  const matching = React.useMemo(() => shown.filter(one => one.matches).length, [shown]);
  const all = lineage.rows.length;
  const count = filter.empty
    ? trans._n('%1 experiment', '%1 experiments', all)
    : trans.__('%1 of %2', matching, all);
  const news = useNews(model, filter.empty ? '' : trans.__('%1 of %2 experiments', matching, all), trans);
  return (
    <div className="jp-xpt-lineage">
      <Tree
        lineage={lineage}
        shown={shown}
        from={JSON.stringify([sort, order, model.line])}
        metric={metric}
        scale={scale}
        chosen={model.chosen}
        picked={picked}
        editing={editing}
        interval={props.preferences.interval}
        sort={sort}
        order={order}
        columns={model.columns}
        spreads={props.spreads}
        acts={acts}
        trans={trans}
      />
      {shown.length === 0 && <div className="jp-xpt-nothing">{trans.__('No experiment matches.')}</div>}
      <PickedBar {...props} />
      <div className="jp-xpt-footer">
        <span>{count}</span>
        <span className="jp-xpt-luck" title={lineage.comparisons}>
          {lineage.comparisons}
        </span>
      </div>
      <div className="jp-xpt-news" aria-live="polite" role="status">
        {news}
      </div>
    </div>
  );
}
