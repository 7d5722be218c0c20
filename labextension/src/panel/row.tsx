/** Row: one experiment in the list. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { parameterOf } from '../leaves/columns';
import type { IColumn } from '../leaves/columns';
import { valueOf } from '../leaves/parameters';
import type { Parameters } from '../leaves/parameters';
import type { IShown } from '../leaves/rows';
import type { IScale } from '../leaves/scale';
import { Gutter, ROW } from './gutter';
import { Strip } from './strip';
import {
  meanAndError,
  measuredOf,
  padded,
  progress,
  rowWords,
  signOf,
  signWords,
  titleOf
} from '../leaves/words';

/** What rows can have done to them. */
export interface IRowActs {
  choose(number: number, event: React.MouseEvent): void;
  open(number: number): void;
  star(number: number, star: boolean): void;
  fold(number: number): void;
  menu(number: number, event: React.MouseEvent): void;
  rename(number: number, note: string | null): void;
}

export interface IRowProps {
  readonly shown: IShown;
  /** Which lines of its ancestors run on below it. */
  readonly lines: string;
  /** Whether the next row is its child. */
  readonly leads: boolean;
  /** How far one level is set in. */
  readonly step: number;
  readonly metric: string | null;
  readonly scale: IScale | null;
  readonly baseline: number | null;
  readonly pinned: boolean;
  readonly chosen: boolean;
  readonly picked: boolean;
  readonly selected: boolean;
  readonly editing: boolean;
  /** What a wide list shows besides; `null` where it is narrow, and a tree without columns. */
  readonly columns: readonly IColumn[] | null;
  /** What its parent is set to; `null` without one. */
  readonly base: Parameters | null;
  readonly stripWidth: number;
  readonly interval: boolean;
  readonly id: string;
  readonly top: number;
  readonly acts: IRowActs;
  readonly trans: TranslationBundle;
}

/** A note that is being written. */
function NoteField(props: {
  readonly note: string;
  readonly label: string;
  readonly done: (note: string | null) => void;
}): React.JSX.Element {
  const [text, setText] = React.useState(props.note);
  const over = React.useRef(false);
  const end = (note: string | null): void => {
    // Enter is followed by a blur.
    if (!over.current) {
      over.current = true;
      props.done(note);
    }
  };
  return (
    <input
      className="jp-xpt-note-field"
      aria-label={props.label}
      value={text}
      autoFocus
      onFocus={event => {
        event.target.select();
      }}
      onChange={event => {
        setText(event.target.value);
      }}
      onBlur={() => {
        end(text);
      }}
      onClick={event => {
        event.stopPropagation();
      }}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Enter') {
          end(text);
        } else if (event.key === 'Escape') {
          end(null);
        }
      }}
    />
  );
}

/** Mean, error and number of repeats, or what is there instead of them. */
function Value(props: IRowProps): React.JSX.Element {
  const { row } = props.shown;
  const { trans } = props;
  const measured = measuredOf(row, props.metric);
  if (row.running !== null) {
    return <span className="jp-xpt-value jp-xpt-mod-words">{progress(row, trans)}</span>;
  }
  if (measured?.mean == null) {
    const sign = signOf(row, props.metric);
    const said = sign === 'none' ? '' : sign === 'planned' ? trans.__('planned') : signWords(sign, trans);
    return (
      <span className={`jp-xpt-value jp-xpt-mod-words jp-xpt-mod-${sign.replace(' ', '-')}`}>{said}</span>
    );
  }
  const { mean, error } = meanAndError(measured);
  return (
    <span className="jp-xpt-value">
      <b>{mean}</b>
      <span className="jp-xpt-value-error">{error}</span>
      <span className="jp-xpt-value-n">×{measured.n}</span>
    </span>
  );
}

function Star(props: IRowProps): React.JSX.Element {
  const { row } = props.shown;
  return (
    <button
      className={`jp-xpt-star${row.star ? ' jp-xpt-mod-on' : ''}`}
      tabIndex={-1}
      aria-hidden="true"
      title={row.star ? props.trans.__('Take the star away') : props.trans.__('Give it a star')}
      onClick={event => {
        event.stopPropagation();
        props.acts.star(row.number, !row.star);
      }}
    >
      <svg viewBox="0 0 16 16" width="14" height="14">
        <path d="M8 1.6 L9.9 5.9 L14.6 6.4 L11.1 9.5 L12.1 14.1 L8 11.7 L3.9 14.1 L4.9 9.5 L1.4 6.4 L6.1 5.9 Z" />
      </svg>
    </button>
  );
}

/** Folds the children away; not in the order of Tab, since the arrow keys do the same. */
function Fold(props: IRowProps): React.JSX.Element {
  const { shown, trans } = props;
  if (!shown.folds) {
    return <span className="jp-xpt-fold" />;
  }
  const folded = shown.folded > 0;
  return (
    <button
      className={`jp-xpt-fold${folded ? ' jp-xpt-mod-folded' : ''}`}
      tabIndex={-1}
      aria-hidden="true"
      title={folded ? trans.__('Show what was made from it') : trans.__('Fold what was made from it away')}
      onClick={event => {
        event.stopPropagation();
        props.acts.fold(shown.row.number);
      }}
    >
      <svg viewBox="0 0 8 8" width="8" height="8">
        <path d="M1 2.5 L4 5.5 L7 2.5" />
      </svg>
    </button>
  );
}

/** A pin, where all are compared with this one. */
function Pin({ trans }: IRowProps): React.JSX.Element {
  const said = trans.__('The baseline: all are compared with it');
  return (
    <svg className="jp-xpt-pin" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <title>{said}</title>
      <path d="M4 1 H8 V5 L9.6 7.2 H2.4 L4 5 Z M6 7.2 V11" />
    </svg>
  );
}

function Name(props: IRowProps): React.JSX.Element {
  const { shown, trans } = props;
  const { row } = shown;
  if (props.editing) {
    return (
      <NoteField
        note={row.note}
        label={trans.__('Note of %1', padded(row.number))}
        done={note => {
          props.acts.rename(row.number, note);
        }}
      />
    );
  }
  return (
    <span className="jp-xpt-name">
      <span
        className={row.note === '' ? 'jp-xpt-note jp-xpt-mod-offered' : 'jp-xpt-note'}
        title={titleOf(row)}
      >
        {titleOf(row)}
      </span>
      {row.tags.map(tag => (
        <span key={tag} className="jp-xpt-tag">
          {tag}
        </span>
      ))}
    </span>
  );
}

/** A column's text; what is as in the parent is set back, so that what was tried stands out. */
function Cell(props: IRowProps & { readonly column: IColumn }): React.JSX.Element {
  const { column, base } = props;
  const { row } = props.shown;
  const text = column.text(row);
  const name = parameterOf(column.id);
  const changed = base !== null && name !== null && valueOf(base, name) !== valueOf(row.parameters, name);
  const classes = ['jp-xpt-cell'];
  if (column.numbers) {
    classes.push('jp-xpt-mod-numbers');
  }
  if (changed) {
    classes.push('jp-xpt-mod-changed');
  }
  return (
    <span role="gridcell" className={classes.join(' ')} style={{ width: column.width }} title={text}>
      {text}
    </span>
  );
}

/** What is said of a row, with its columns where it has some. */
function words(props: IRowProps): string {
  const { shown, metric, columns, trans } = props;
  const cells = (columns ?? []).map(one => [one.title, one.text(shown.row)] as const);
  return [
    rowWords(shown.row, metric, trans),
    ...cells.filter(([, text]) => text !== '').map(([title, text]) => `${title} ${text}`)
  ].join(', ');
}

export const Row = React.memo(function Row(props: IRowProps): React.JSX.Element {
  const { shown, acts, trans } = props;
  const { row } = shown;
  const classes = ['jp-xpt-row'];
  if (props.chosen) {
    classes.push('jp-xpt-mod-chosen');
  }
  if (props.picked) {
    classes.push('jp-xpt-mod-picked');
  }
  if (!shown.matches) {
    classes.push('jp-xpt-mod-beside');
  }
  const expanded = shown.folds ? { 'aria-expanded': shown.folded === 0 } : {};
  const cell = props.columns === null ? undefined : 'gridcell';
  return (
    <div
      id={props.id}
      className={classes.join(' ')}
      role={props.columns === null ? 'treeitem' : 'row'}
      aria-level={shown.depth + 1}
      aria-posinset={shown.position}
      aria-setsize={shown.siblings}
      aria-selected={props.selected}
      aria-label={words(props)}
      {...expanded}
      data-number={row.number}
      style={{ height: ROW, transform: `translateY(${props.top}px)` }}
      onClick={event => {
        acts.choose(row.number, event);
      }}
      onDoubleClick={() => {
        acts.open(row.number);
      }}
      onContextMenu={event => {
        acts.menu(row.number, event);
      }}
    >
      <span className="jp-xpt-main" role={cell}>
        <Gutter {...props} />
        <Fold {...props} />
        <span className="jp-xpt-number">{padded(row.number)}</span>
        {shown.folded > 0 && <span className="jp-xpt-more">+{shown.folded}</span>}
        {props.pinned && <Pin {...props} />}
        <Name {...props} />
        {row.warnings > 0 && (
          <span
            className="jp-xpt-warned"
            title={trans._n('%1 warning', '%1 warnings', row.warnings)}
            aria-hidden="true"
          >
            <svg viewBox="0 0 12 12" width="11" height="11">
              <path d="M6 1.2 L11.2 10.6 H0.8 Z M6 4.8 V7.4 M6 8.9 V9" />
            </svg>
          </span>
        )}
        <Star {...props} />
      </span>
      {props.columns?.map(column => (
        <Cell key={column.id} {...props} column={column} />
      ))}
      <span className="jp-xpt-result" role={cell}>
        <Strip
          row={row}
          metric={props.metric}
          scale={props.scale}
          baseline={props.baseline}
          width={props.stripWidth}
          interval={props.interval}
          trans={trans}
        />
        <Value {...props} />
      </span>
    </div>
  );
});
