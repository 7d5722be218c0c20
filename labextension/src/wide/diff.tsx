/** What differs between two experiments as they ran: changes first, then cells, then files; never outputs. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IDiffProps } from '../acts';
import { Changes } from '../detail/changes';
import { reasonOf, Section, Trouble, useWidth, Waiting } from '../detail/parts';
import { useReading } from '../detail/reading';
import { padded } from '../leaves/words';
import { diff as readDiff } from '../request';
import type { ICellDiff, IDiff } from '../tokens';
import { counted, grouped, swapped } from './pairs';
import { Sides } from './sides';
import type { Form } from './sides';

/** Narrower than this, in pixels, both sides stand one below the other. */
const WIDE = 700;

/** A cell or file: what became of it, and its lines. */
function Cell(props: {
  readonly cell: ICellDiff;
  readonly form: Form;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { cell, form, trans } = props;
  const [whole, setWhole] = React.useState(false);
  const { added, removed } = counted(cell);
  const [sign, word] = {
    same: ['', trans.__('unchanged')],
    edited: ['~', trans.__('edited')],
    added: ['+', trans.__('added')],
    removed: ['−', trans.__('removed')]
  }[cell.kind];
  const id = React.useId();
  return (
    <section className={`jp-xpt-Diff-cell jp-xpt-Diff-cell-${cell.kind}`} aria-labelledby={id}>
      <h4 id={id}>
        <span className="jp-xpt-Diff-cell-sign" aria-hidden="true">
          {sign}
        </span>{' '}
        {cell.where} {form !== 'alone' && <span className="jp-xpt-dim">{word}</span>}
        {cell.kind === 'edited' && (
          <span className="jp-xpt-Diff-counts">
            {' '}
            <span className="jp-xpt-up">+{added}</span> <span className="jp-xpt-down">−{removed}</span>
          </span>
        )}
        {cell.kind === 'edited' && (
          <button
            className="jp-xpt-rest"
            aria-pressed={whole}
            onClick={() => {
              setWhole(!whole);
            }}
          >
            {whole ? trans.__('only changes') : trans.__('all lines')}
          </button>
        )}
      </h4>
      <Sides
        key={String(whole)}
        cell={cell}
        form={form}
        whole={whole || cell.kind === 'same'}
        trans={trans}
      />
    </section>
  );
}

/** Cells in a row that nothing happened to, folded. */
function Unchanged(props: {
  readonly cells: readonly ICellDiff[];
  readonly form: Form;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { cells, form, trans } = props;
  const [open, setOpen] = React.useState(false);
  const n = cells.length;
  return (
    <>
      <button
        className="jp-xpt-Diff-fold"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? '▾' : '▸'} {trans._n('%1 unchanged: %2', '%1 unchanged: %2', n, named(cells))}
      </button>
      {open && cells.map((cell, i) => <Cell key={i} cell={cell} form={form} trans={trans} />)}
    </>
  );
}

/** What some cells are called, in short. */
function named(cells: readonly ICellDiff[]): string {
  const names = cells.map(cell => cell.where);
  return names.length <= 3 ? names.join(', ') : `${names[0] ?? ''} … ${names[names.length - 1] ?? ''}`;
}

/** Cells or files, those without changes folded. */
function Cells(props: {
  readonly cells: readonly ICellDiff[];
  readonly form: Form;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { cells, form, trans } = props;
  if (form === 'alone') {
    return (
      <>
        {cells.map((cell, i) => (
          <Cell key={i} cell={cell} form={form} trans={trans} />
        ))}
      </>
    );
  }
  return (
    <>
      {grouped(cells).map((group, i) => {
        const [first] = group;
        return first?.kind === 'same' ? (
          <Unchanged key={i} cells={group} form={form} trans={trans} />
        ) : (
          group.map(cell => <Cell key={i} cell={cell} form={form} trans={trans} />)
        );
      })}
    </>
  );
}

/** A field for the number of one side. */
function Side(props: {
  readonly number: number;
  readonly label: string;
  readonly choose: (number: number) => void;
}): React.JSX.Element {
  const { number, label, choose } = props;
  const [typed, setTyped] = React.useState(padded(number));
  React.useEffect(() => {
    setTyped(padded(number));
  }, [number]);
  const say = (): void => {
    const given = /^\s*#?([0-9]{1,12})\s*$/u.exec(typed)?.[1];
    if (given !== undefined && Number(given) !== number) {
      choose(Number(given));
    } else {
      setTyped(padded(number));
    }
  };
  return (
    <input
      className="jp-xpt-Diff-side"
      aria-label={label}
      title={label}
      inputMode="numeric"
      size={Math.max(4, typed.length + 1)}
      value={typed}
      onFocus={event => {
        event.currentTarget.select();
      }}
      onChange={event => {
        setTyped(event.currentTarget.value);
      }}
      onBlur={say}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          say();
        }
      }}
    />
  );
}

/** The difference itself. */
function Difference(props: {
  readonly diff: IDiff;
  readonly turned: boolean;
  readonly wide: boolean;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { diff, turned, wide, trans } = props;
  const self = diff.left === diff.right;
  const form = self ? 'alone' : wide ? 'beside' : 'below';
  const [cells, files, changes] = React.useMemo(
    () =>
      turned
        ? [
            diff.cells.map(swapped),
            diff.files.map(swapped),
            diff.changes.map(one => ({
              ...one,
              before: one.after,
              after: one.before,
              kind: OTHER[one.kind] ?? one.kind
            }))
          ]
        : [diff.cells, diff.files, diff.changes],
    [diff, turned]
  );
  const none = [...cells, ...files].every(cell => cell.kind === 'same');
  return (
    <>
      {!self && (
        <Section name="changes" title={trans.__('In short')}>
          {changes.length > 0 ? (
            <Changes changes={changes} label={trans.__('In short')} trans={trans} />
          ) : (
            <p className="jp-xpt-dim">
              {none
                ? trans.__('Both ran the same source.')
                : trans.__('Nothing that counts: both mean the same.')}
            </p>
          )}
        </Section>
      )}
      <Section name="cells" title={trans.__('Cells')}>
        {cells.length > 0 ? (
          <Cells cells={cells} form={form} trans={trans} />
        ) : (
          <p className="jp-xpt-dim">{trans.__('No cell was kept.')}</p>
        )}
      </Section>
      {files.length > 0 && (
        <Section name="files" title={trans.__('Modules and configuration')}>
          <Cells cells={files} form={form} trans={trans} />
        </Section>
      )}
    </>
  );
}

const OTHER: Readonly<Record<string, string>> = { added: 'removed', removed: 'added' };

/** The tab with a difference; both sides can be chosen anew and swapped. */
export function Diff(props: IDiffProps): React.JSX.Element {
  const { settings, place, series, trans } = props;
  const [[left, right], setSides] = React.useState([props.left, props.right]);
  const [measure, width] = useWidth();
  React.useEffect(() => {
    setSides([props.left, props.right]);
  }, [props.left, props.right]);
  // Asked for one way round only: to swap sides needs no answer.
  const [low, high] = [Math.min(left, right), Math.max(left, right)];
  const reading = useReading([place, series, low, high].join('/'), 0, () =>
    readDiff(settings, { place, series, number: high }, low)
  );
  const { value, error, again } = reading;
  const self = left === right;
  return (
    <div className="jp-xpt-Wide jp-xpt-Diff" ref={measure} tabIndex={-1}>
      <div className="jp-xpt-Wide-head">
        <h2>{self ? trans.__('%1 · source as it ran', series) : trans.__('%1 · what changed', series)}</h2>
        <div className="jp-xpt-Diff-sides">
          {!self && (
            <>
              <Side
                number={left}
                label={trans.__('Experiment on the left')}
                choose={number => {
                  setSides([number, right]);
                }}
              />
              <button
                title={trans.__('Swap sides')}
                aria-label={trans.__('Swap sides')}
                onClick={() => {
                  setSides([right, left]);
                }}
              >
                ⇄
              </button>
            </>
          )}
          <Side
            number={right}
            label={self ? trans.__('Experiment') : trans.__('Experiment on the right')}
            choose={number => {
              setSides(self ? [number, number] : [left, number]);
            }}
          />
        </div>
      </div>
      {error !== null && (
        <Trouble
          what={trans.__('The difference cannot be read: %1', reasonOf(reading, trans))}
          again={again}
          trans={trans}
        />
      )}
      {value === null && error === null && <Waiting what={trans.__('Reading …')} />}
      {value !== null && (
        <Difference
          key={`${left}-${right}`}
          diff={value}
          turned={left > right}
          wide={width >= WIDE}
          trans={trans}
        />
      )}
    </div>
  );
}
