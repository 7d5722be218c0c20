/** Columns: what stands above those of a wide list, and the menu that chooses them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { choosable, columnNames } from '../leaves/columns';
import type { IColumn, IOrder } from '../leaves/columns';
import type { ISpread } from '../leaves/parameters';
import type { Sort } from '../leaves/rows';
import { arrow } from '../leaves/words';
import type { ILineage } from '../tokens';

/** The height of the heads, in pixels. */
export const HEAD = 26;
/** The width of the menu. */
const MENU = 270;
/** From so many names on they can be searched. */
const MANY = 12;

/** What can be done with columns. */
export interface IColumnActs {
  /** Sort by number, which is the tree, or by value. */
  sortBy(sort: Sort): void;
  order(order: IOrder): void;
  /** Show these; `null` for the usual ones. */
  columns(columns: readonly string[] | null): void;
}

interface IHeadsProps {
  readonly lineage: ILineage;
  readonly metric: string | null;
  readonly columns: readonly IColumn[];
  /** How many columns are chosen and have no room. */
  readonly hidden: number;
  readonly chosen: readonly string[];
  readonly spreads: ReadonlyMap<string, ISpread>;
  readonly sort: Sort;
  readonly order: IOrder | null;
  readonly stripWidth: number;
  readonly acts: IColumnActs;
  readonly trans: TranslationBundle;
}

type Direction = 'ascending' | 'descending' | 'none';

/** The head of one column; a click sorts by it. */
function Head(props: {
  readonly className: string;
  readonly direction: Direction;
  readonly title: string;
  readonly width?: number | string;
  readonly sort: () => void;
  readonly children: React.ReactNode;
  readonly beside?: React.ReactNode;
}): React.JSX.Element {
  const { direction } = props;
  return (
    <span
      role="columnheader"
      className={`jp-xpt-head ${props.className}`}
      aria-sort={direction}
      style={{ width: props.width }}
    >
      <button title={props.title} onClick={props.sort}>
        <span className="jp-xpt-head-text">{props.children}</span>
        {direction !== 'none' && (
          <span className="jp-xpt-head-arrow" aria-hidden="true">
            {direction === 'ascending' ? '▴' : '▾'}
          </span>
        )}
      </button>
      {props.beside}
    </span>
  );
}

/** One name that can be ticked. */
function Tick(props: {
  readonly id: string;
  readonly chosen: readonly string[];
  readonly toggle: (id: string) => void;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { id, chosen, trans } = props;
  const name = columnNames(id, trans);
  return (
    <label className="jp-xpt-columns-one" title={name}>
      <input
        type="checkbox"
        checked={chosen.includes(id)}
        onChange={() => {
          props.toggle(id);
        }}
      />
      <span>{name}</span>
    </label>
  );
}

/** What the menu holds. */
function Choices(props: IHeadsProps): React.JSX.Element {
  const { lineage, metric, spreads, chosen, hidden, acts, trans } = props;
  const [sought, setSought] = React.useState('');
  const { differing, same, others } = React.useMemo(
    () => choosable(lineage, metric, spreads),
    [lineage, metric, spreads]
  );
  const wanted = sought.toLocaleLowerCase();
  const named = (id: string): boolean => columnNames(id, trans).toLocaleLowerCase().includes(wanted);
  const toggle = (id: string): void => {
    // In front, where there is room for it whatever else is chosen.
    acts.columns(chosen.includes(id) ? chosen.filter(one => one !== id) : [id, ...chosen]);
  };
  const ticks = (ids: readonly string[]): React.ReactNode =>
    ids.filter(named).map(id => <Tick key={id} {...{ id, chosen, toggle, trans }} />);
  const sameNamed = same.filter(named);
  return (
    <>
      {differing.length + same.length + others.length > MANY && (
        <input
          type="search"
          aria-label={trans.__('Find a column')}
          placeholder={trans.__('find a column')}
          value={sought}
          onChange={event => {
            setSought(event.target.value);
          }}
        />
      )}
      <div className="jp-xpt-columns-all">
        {differing.some(named) && <h4>{trans.__('Parameters that differ')}</h4>}
        {ticks(differing)}
        {others.some(named) && <h4>{trans.__('Results and times')}</h4>}
        {ticks(others)}
        {sameNamed.length > 0 && (
          <details open={sought !== '' || sameNamed.some(id => chosen.includes(id))}>
            <summary>{trans.__('Parameters that are the same in all')}</summary>
            {ticks(same)}
          </details>
        )}
        {![...differing, ...same, ...others].some(named) && <p>{trans.__('No column is called that.')}</p>}
      </div>
      <div className="jp-xpt-columns-foot">
        <span role="status">
          {hidden > 0 && trans._n('no room for %1 of them', 'no room for %1 of them', hidden)}
        </span>
        <button
          className="jp-xpt-button"
          onClick={() => {
            acts.columns(null);
          }}
        >
          {trans.__('Usual ones')}
        </button>
      </div>
    </>
  );
}

/** The button that opens the menu of columns, and the menu. */
function Chooser(props: IHeadsProps): React.JSX.Element {
  const { trans } = props;
  const [at, setAt] = React.useState<DOMRect | null>(null);
  const dialog = React.useRef<HTMLDialogElement>(null);
  React.useEffect(() => {
    if (at !== null && dialog.current?.open === false) {
      dialog.current.showModal();
    }
  }, [at]);
  const said = trans.__('Choose columns');
  return (
    <>
      <button
        className="jp-xpt-tool jp-xpt-columns-button"
        title={said}
        aria-label={said}
        aria-haspopup="dialog"
        onClick={event => {
          setAt(event.currentTarget.getBoundingClientRect());
        }}
      >
        <svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
          <path d="M1 1.5 H13 V10.5 H1 Z M5 1.5 V10.5 M9 1.5 V10.5" />
        </svg>
      </button>
      {at !== null && (
        <dialog
          ref={dialog}
          className="jp-xpt-columns"
          aria-label={trans.__('Columns')}
          style={{
            left: Math.max(8, Math.min(at.left, window.innerWidth - MENU - 8)),
            top: at.bottom + 2,
            width: MENU,
            maxHeight: window.innerHeight - at.bottom - 10
          }}
          onClose={() => {
            setAt(null);
          }}
          onKeyDown={event => {
            // The keys of the list are not meant.
            event.stopPropagation();
          }}
          onClick={event => {
            event.stopPropagation();
            // What is around the menu is the dialog's own ground, and nothing in it.
            if (event.target === event.currentTarget) {
              event.currentTarget.close();
            }
          }}
        >
          <div className="jp-xpt-columns-inside">
            <Choices {...props} />
          </div>
        </dialog>
      )}
    </>
  );
}

/** The heads of a wide list. */
export function Heads(props: IHeadsProps): React.JSX.Element {
  const { lineage, metric, columns, sort, order, acts, trans } = props;
  const goal = (metric === null ? undefined : lineage.goals[metric]) ?? lineage.goal ?? 'max';
  const turn = (id: string): void => {
    if (order?.column !== id) {
      acts.order({ column: id, down: false });
    } else if (!order.down) {
      acts.order({ column: id, down: true });
    } else {
      acts.sortBy('number');
    }
  };
  const direction = (id: string): Direction =>
    order?.column !== id ? 'none' : order.down ? 'descending' : 'ascending';
  return (
    <div className="jp-xpt-heads" role="row" style={{ height: HEAD }}>
      <Head
        className="jp-xpt-mod-name"
        direction={sort === 'number' ? 'ascending' : 'none'}
        title={trans.__('Sort by number, as a tree')}
        sort={() => {
          acts.sortBy('number');
        }}
        beside={<Chooser {...props} />}
      >
        {trans.__('Experiment')}
      </Head>
      {columns.map(({ id, name, title, width, numbers }) => (
        <Head
          key={id}
          className={numbers ? 'jp-xpt-mod-numbers' : ''}
          direction={direction(id)}
          title={trans.__('Sort by %1', name)}
          width={width}
          sort={() => {
            turn(id);
          }}
        >
          {title}
        </Head>
      ))}
      <Head
        className="jp-xpt-mod-value jp-xpt-mod-numbers"
        direction={sort !== 'value' ? 'none' : goal === 'max' ? 'descending' : 'ascending'}
        title={trans.__('Sort by value, the best first')}
        width={`calc(${props.stripWidth + 8}px + var(--jp-xpt-value))`}
        sort={() => {
          acts.sortBy(sort === 'value' ? 'number' : 'value');
        }}
      >
        {metric === null ? trans.__('value') : `${metric} ${arrow(goal)}`}
      </Head>
    </div>
  );
}
