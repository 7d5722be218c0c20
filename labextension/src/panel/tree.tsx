/** Tree: the list of experiments, of which only what is seen is drawn. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { step as stepOf, typeAhead } from '../leaves/keys';
import { columnsOf, fitting, usualColumns, WIDE } from '../leaves/columns';
import type { IColumn, IOrder } from '../leaves/columns';
import type { ISpread } from '../leaves/parameters';
import { HEAD, Heads } from './columns';
import type { IColumnActs } from './columns';
import { ROW } from './gutter';
import { Row } from './row';
import type { IRowActs } from './row';
import type { IShown, Sort } from '../leaves/rows';
import { indent, lines } from '../leaves/rows';
import type { IScale } from '../leaves/scale';
import type { ILineage } from '../tokens';
import { meanAndError, measuredOf } from '../leaves/words';

/** How long letters that are typed belong together, in ms. */
const TYPING = 700;
/** How wide a digit is at most, in pixels. */
const CHARACTER = 7.6;

export interface ITreeActs extends IRowActs, IColumnActs {
  /** Make it the active one by the keyboard. */
  go(number: number): void;
  pick(number: number): void;
  edit(number: number): void;
  remove(number: number): void;
  keyMenu(number: number, at: DOMRect): void;
}

export interface ITreeProps {
  readonly lineage: ILineage;
  readonly shown: readonly IShown[];
  /** Changes where the list is another one, to be read from the first experiment that is meant. */
  readonly from: string;
  readonly metric: string | null;
  readonly scale: IScale | null;
  readonly chosen: number | null;
  readonly picked: ReadonlySet<number>;
  /** The experiment whose note is being written. */
  readonly editing: number | null;
  readonly interval: boolean;
  readonly sort: Sort;
  readonly order: IOrder | null;
  /** The columns that were chosen; `null` where nobody chose any. */
  readonly columns: readonly string[] | null;
  /** The parameters of the series; looked through only where it is asked for. */
  readonly spreads: () => ReadonlyMap<string, ISpread>;
  readonly acts: ITreeActs;
  readonly trans: TranslationBundle;
}

/** An element's width, as it changes. */
function useWidth(element: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = React.useState(320);
  React.useLayoutEffect(() => {
    const { current } = element;
    if (current === null) {
      return;
    }
    setWidth(current.clientWidth || 320);
    const observer = new ResizeObserver(() => {
      if (current.clientWidth > 0) {
        setWidth(current.clientWidth);
      }
    });
    observer.observe(current);
    return () => {
      observer.disconnect();
    };
  }, [element]);
  return width;
}

/** How many characters the columns of values take, so that they and the strips beside them stand in line. */
function valueWidths(
  lineage: ILineage,
  metric: string | null
): { readonly style: React.CSSProperties; readonly width: number } {
  let [mean, error, n] = [3, 0, 1];
  for (const row of lineage.rows) {
    const measured = measuredOf(row, metric);
    if (measured?.mean != null) {
      const shown = meanAndError(measured);
      mean = Math.max(mean, shown.mean.length);
      error = Math.max(error, shown.error.length);
      n = Math.max(n, String(measured.n).length);
    }
  }
  const most = 14;
  const all = [Math.min(most, mean) + 1, Math.min(most, error), Math.min(most, n + 1.7)] as const;
  const style = {
    '--jp-xpt-mean': `${all[0]}ch`,
    '--jp-xpt-error': `${all[1]}ch`,
    '--jp-xpt-n': `${all[2]}ch`
    // React's types know no custom properties.
  } as React.CSSProperties;
  return { style, width: (all[0] + all[1] + all[2]) * CHARACTER + 8 };
}

/** What a wide list shows of each experiment besides, as far as there is room; no columns where it is narrow. */
function useColumns(
  props: ITreeProps,
  wide: boolean,
  room: number
): { readonly columns: readonly IColumn[] | null; readonly chosen: readonly string[] } {
  const { lineage, columns, spreads, metric, trans } = props;
  const ids = React.useMemo(
    () => (wide ? (columns ?? usualColumns(spreads())).filter(id => id !== `metric:${metric ?? ''}`) : []),
    [wide, columns, spreads, metric]
  );
  const all = React.useMemo(
    () => (wide ? columnsOf(ids, lineage.rows, Array.from(spreads().keys()), trans) : []),
    [wide, ids, lineage.rows, spreads, trans]
  );
  const shown = React.useMemo(() => (wide ? fitting(all, room) : null), [wide, all, room]);
  return { columns: shown, chosen: ids };
}

function stripWidth(width: number): number {
  return width > 900 ? 180 : width > 700 ? 130 : width > 380 ? 90 : width > 300 ? 64 : 40;
}

/** What a key does that is not about moving; whether it did something. */
function useKeys(
  props: ITreeProps,
  active: number,
  scroller: React.RefObject<HTMLDivElement>
): React.KeyboardEventHandler {
  const typed = React.useRef({ text: '', at: 0 });
  const { shown, acts } = props;
  const number = shown[active]?.row.number ?? null;
  const act = (event: React.KeyboardEvent): boolean => {
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 1;
    const step = stepOf(event.key, shown, active, page);
    if (step !== null) {
      if ('to' in step) {
        const to = shown[step.to];
        if (to !== undefined) {
          acts.go(to.row.number);
        }
      } else {
        acts.fold('fold' in step ? step.fold : step.unfold);
      }
      return true;
    }
    const writing = event.timeStamp - typed.current.at < TYPING && typed.current.text !== '';
    if (event.key.length === 1 && (event.key !== ' ' || writing)) {
      typed.current = { text: writing ? typed.current.text + event.key : event.key, at: event.timeStamp };
      const { text } = typed.current;
      // What is folded away is found where nothing in sight is meant; choosing it brings it in sight.
      const all = shown.some(one => one.folded > 0) ? props.lineage.rows.map(row => ({ row })) : [];
      const found = shown[typeAhead(shown, active, text)] ?? all[typeAhead(all, -1, text)];
      if (found !== undefined) {
        acts.go(found.row.number);
      }
      return true;
    }
    if (number === null) {
      return false;
    }
    switch (event.key) {
      case 'Enter':
        acts.open(number);
        return true;
      case ' ':
        acts.pick(number);
        return true;
      case 'F2':
        acts.edit(number);
        return true;
      case 'Delete':
        acts.remove(number);
        return true;
      case 'ContextMenu': {
        const element = scroller.current?.querySelector(`[data-number="${number}"]`);
        if (element != null) {
          acts.keyMenu(number, element.getBoundingClientRect());
        }
        return true;
      }
      default:
        return false;
    }
  };
  return event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
      return;
    }
    if (act(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

export function Tree(props: ITreeProps): React.JSX.Element {
  const { lineage, shown, metric, chosen, picked, acts, trans } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const prefix = React.useId();
  const active = React.useMemo(() => shown.findIndex(one => one.row.number === chosen), [shown, chosen]);
  const wide = width >= WIDE;
  const head = wide ? HEAD : 0;
  const virtualizer = useVirtualizer({
    count: shown.length,
    scrollMargin: head,
    scrollPaddingStart: head,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: index => shown[index]?.row.number ?? index,
    overscan: 10,
    // The active row is always there, since the list points to it.
    rangeExtractor: range => {
      const seen = defaultRangeExtractor(range);
      return active < 0 || seen.includes(active) ? seen : [...seen, active].sort((one, other) => one - other);
    }
  });
  React.useEffect(() => {
    if (active >= 0) {
      virtualizer.scrollToIndex(active, { align: 'auto' });
    }
    // Only when another one is chosen: a list that changes must not jump.
  }, [chosen, lineage.series]);
  const from = React.useRef(props.from);
  React.useEffect(() => {
    if (from.current !== props.from) {
      from.current = props.from;
      const first = shown.findIndex(one => one.matches);
      // From the top where that shows it too: its ancestors say where it belongs.
      if (first * ROW < (scroller.current?.clientHeight ?? 0)) {
        virtualizer.scrollToOffset(0);
      } else {
        virtualizer.scrollToIndex(first, { align: 'center' });
      }
    }
  }, [props.from, shown, virtualizer]);
  const means = React.useMemo(
    () => new Map(lineage.rows.map(row => [row.number, measuredOf(row, metric)?.mean ?? null])),
    [lineage, metric]
  );
  const depth = React.useMemo(() => shown.reduce((most, one) => Math.max(most, one.depth), 0), [shown]);
  const values = React.useMemo(() => valueWidths(lineage, metric), [lineage, metric]);
  const { columns, chosen: ids } = useColumns(props, wide, width - stripWidth(width) - values.width - 24);
  const parameters = React.useMemo(
    () => new Map(lineage.rows.map(row => [row.number, row.parameters])),
    [lineage.rows]
  );
  const onKeyDown = useKeys(props, active, scroller);
  const id = (number: number): string => `${prefix}${number}`;
  const pointed = active < 0 || chosen === null ? {} : { 'aria-activedescendant': id(chosen) };
  return (
    <div
      ref={scroller}
      className="jp-xpt-tree"
      role={wide ? 'treegrid' : 'tree'}
      tabIndex={0}
      aria-label={trans.__('Experiments of %1', lineage.series)}
      aria-multiselectable="true"
      {...pointed}
      style={values.style}
      onKeyDown={onKeyDown}
    >
      {columns !== null && (
        <Heads
          {...{ lineage, metric, columns, trans }}
          hidden={ids.length - columns.length}
          chosen={ids}
          spreads={props.spreads()}
          sort={props.sort}
          order={props.order}
          stripWidth={stripWidth(width)}
          acts={acts}
        />
      )}
      <div className="jp-xpt-tree-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(item => {
          const one = shown[item.index];
          if (one === undefined) {
            return null;
          }
          const { number, parent, against } = one.row;
          return (
            <Row
              key={item.key}
              id={id(number)}
              shown={one}
              lines={lines(shown, item.index)
                .map(on => (on ? '1' : '0'))
                .join('')}
              leads={shown[item.index + 1]?.parent === item.index}
              step={indent(depth, width)}
              metric={metric}
              scale={props.scale}
              baseline={against === null ? null : (means.get(against) ?? null)}
              pinned={lineage.baseline === number}
              chosen={number === chosen}
              picked={picked.has(number)}
              selected={picked.size > 0 ? picked.has(number) : number === chosen}
              editing={props.editing === number}
              columns={columns}
              base={parent === null ? null : (parameters.get(parent) ?? null)}
              stripWidth={stripWidth(width)}
              interval={props.interval}
              top={item.start - head}
              acts={acts}
              trans={trans}
            />
          );
        })}
      </div>
    </div>
  );
}
