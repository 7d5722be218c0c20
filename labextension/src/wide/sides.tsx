/** The lines of a cell or file, both sides beside one another, or one below the other where there is no room. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPiece } from '../detail/lines';
import type { ICellDiff, IDiffLine } from '../tokens';
import { alike, everything, paired, stretches } from './pairs';
import type { IPair, IStretch } from './pairs';
import { compared } from './pieces';

/** So many pairs are one table: the browser skips tables that are out of sight. */
const CHUNK = 200;
/** Pixels of a line, about. */
const HEIGHT = 18;

/** How lines stand: both sides beside one another, one below the other, or one side alone. */
export type Form = 'beside' | 'below' | 'alone';

type Pieces = readonly IPiece[];

/** Both lines of a pair in pieces; where only one is there, or both are alike, nothing is marked. */
function piecesOf({ left, right }: IPair): readonly [Pieces, Pieces] {
  if (left !== null && right !== null && left.kind !== 'same') {
    return compared(left.text, right.text);
  }
  const whole = (line: IDiffLine | null): Pieces =>
    line === null ? [] : [{ text: line.text, marked: false }];
  return [whole(left), whole(right)];
}

/** Text with what differs in it marked. */
function Text({ pieces }: { readonly pieces: Pieces }): React.JSX.Element {
  return (
    <>
      {pieces.map((piece, i) =>
        piece.marked ? (
          <mark key={i}>{piece.text}</mark>
        ) : (
          <React.Fragment key={i}>{piece.text}</React.Fragment>
        )
      )}
    </>
  );
}

const SIGNS = { added: '+', removed: '−' } as const;

interface ISideProps {
  readonly line: IDiffLine | null;
  readonly pieces: Pieces;
  /** The number that the line has on this side. */
  readonly number: number | null;
}

/** One side of a pair: its number, and its sign and text. */
function Half({ line, pieces, number }: ISideProps): React.JSX.Element {
  if (line === null) {
    return (
      <>
        <td className="jp-xpt-Diff-number" />
        <td className="jp-xpt-Diff-none" />
      </>
    );
  }
  return (
    <>
      <td className={`jp-xpt-Diff-number jp-xpt-Diff-${line.kind}`}>{number}</td>
      <td className={`jp-xpt-Diff-text jp-xpt-Diff-${line.kind}`}>
        {line.kind !== 'same' && <span className="jp-xpt-Diff-sign">{SIGNS[line.kind]}</span>}
        <Text pieces={pieces} />
      </td>
    </>
  );
}

/** A pair as one row, or as its lines one below the other. */
function rowsOf(pair: IPair, form: Form, key: number): readonly React.JSX.Element[] {
  const { left, right } = pair;
  const [before, after] = piecesOf(pair);
  if (form === 'beside') {
    return [
      <tr key={key}>
        <Half line={left} pieces={before} number={left?.left ?? null} />
        <Half line={right} pieces={after} number={right?.right ?? null} />
      </tr>
    ];
  }
  const single = (line: IDiffLine, pieces: Pieces, side: string): React.JSX.Element => (
    <tr key={`${key}${side}`}>
      {form === 'below' && <td className={`jp-xpt-Diff-number jp-xpt-Diff-${line.kind}`}>{line.left}</td>}
      <td className={`jp-xpt-Diff-number jp-xpt-Diff-${line.kind}`}>{line.right}</td>
      <td className={`jp-xpt-Diff-text jp-xpt-Diff-${line.kind}`}>
        {line.kind !== 'same' && <span className="jp-xpt-Diff-sign">{SIGNS[line.kind]}</span>}
        <Text pieces={pieces} />
      </td>
    </tr>
  );
  if (left !== null && alike(pair)) {
    return [single(left, before, 'l')];
  }
  return [
    ...(left === null ? [] : [single(left, before, 'l')]),
    ...(right === null ? [] : [single(right, after, 'r')])
  ];
}

/** Some pairs as a table. */
const Table = React.memo(function Table(props: {
  readonly pairs: readonly IPair[];
  readonly form: Form;
  readonly label: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { pairs, form, label, trans } = props;
  const heads = {
    beside: [trans.__('line before'), trans.__('before'), trans.__('line after'), trans.__('after')],
    below: [trans.__('line before'), trans.__('line after'), trans.__('text')],
    alone: [trans.__('line'), trans.__('text')]
  }[form];
  // Which columns hold numbers.
  const numbers = { beside: [0, 2], below: [0, 1], alone: [0] }[form];
  return (
    <table className={`jp-xpt-Diff-lines jp-xpt-${form}`} aria-label={label}>
      <colgroup>
        {heads.map((head, i) => (
          <col key={head} className={numbers.includes(i) ? 'jp-xpt-Diff-n' : undefined} />
        ))}
      </colgroup>
      <thead className="jp-xpt-unseen">
        <tr>
          {heads.map(head => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{pairs.flatMap((pair, i) => rowsOf(pair, form, i))}</tbody>
    </table>
  );
});

/** Pairs that are shown at once, or folded until somebody asks. */
function Stretch(props: {
  readonly stretch: IStretch;
  readonly form: Form;
  readonly label: string;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { stretch, form, label, trans } = props;
  const [open, setOpen] = React.useState(!stretch.folded);
  const n = stretch.pairs.length;
  if (!open) {
    return (
      <button
        className="jp-xpt-Diff-fold"
        onClick={() => {
          setOpen(true);
        }}
      >
        {stretch.same
          ? trans._n('⋯ %1 line alike', '⋯ %1 lines alike', n)
          : trans._n('⋯ %1 more line', '⋯ %1 more lines', n)}
      </button>
    );
  }
  const chunks = Array.from({ length: Math.ceil(n / CHUNK) }, (_, i) =>
    stretch.pairs.slice(i * CHUNK, (i + 1) * CHUNK)
  );
  return (
    <>
      {chunks.map((pairs, i) => (
        <div
          className="jp-xpt-Diff-chunk"
          key={i}
          style={{ containIntrinsicBlockSize: `auto ${pairs.length * HEIGHT}px` }}
        >
          <Table pairs={pairs} form={form} label={label} trans={trans} />
        </div>
      ))}
    </>
  );
}

/** All lines of a cell or file. */
export function Sides(props: {
  readonly cell: ICellDiff;
  readonly form: Form;
  /** Whether what is alike is shown too. */
  readonly whole: boolean;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { cell, form, whole, trans } = props;
  const all = React.useMemo(() => {
    const pairs = paired(cell.lines);
    return whole ? everything(pairs) : stretches(pairs);
  }, [cell, whole]);
  return (
    <div className="jp-xpt-Diff-cell-lines">
      {all.map((stretch, i) => (
        <Stretch key={i} stretch={stretch} form={form} label={cell.where} trans={trans} />
      ))}
    </div>
  );
}
