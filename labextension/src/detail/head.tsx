/** The head of the detail: sign, number, note, star and tags, edited where they stand. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { SignPicture } from '../panel/sign';
import type { IEdit, IRow } from '../tokens';
import { tagsOf } from './said';
import { padded, signOf, signWords } from '../leaves/words';

interface IHeadProps {
  readonly row: IRow;
  readonly metric: string | null;
  readonly edit: (change: IEdit) => void;
  readonly trans: TranslationBundle;
}

/** A field that is edited in place: Enter says it, Escape takes it back, leaving it says it too. */
function Field(props: {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  /** Whether it may have several lines, with Shift and Enter. */
  readonly lines?: boolean;
  /** `null` where it was taken back; `pressed` where a key ended it. */
  readonly done: (value: string | null, pressed: boolean) => void;
}): React.JSX.Element {
  const { lines, label, placeholder, done } = props;
  const [value, setValue] = React.useState(props.value);
  // A field that goes away loses the focus too: that must not say it again.
  const over = React.useRef(false);
  const say = (said: string | null, pressed: boolean): void => {
    if (!over.current) {
      over.current = true;
      done(said, pressed);
    }
  };
  const common = {
    className: 'jp-xpt-Field',
    autoFocus: true,
    value,
    placeholder,
    'aria-label': label,
    maxLength: 10000,
    spellCheck: false,
    onFocus: (event: React.FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      event.currentTarget.select();
    },
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setValue(event.currentTarget.value);
    },
    onBlur: () => {
      say(value, false);
    },
    onKeyDown: (event: React.KeyboardEvent) => {
      // Enter may end the composition of a character, too.
      if (event.nativeEvent.isComposing || (lines === true && event.shiftKey)) {
        return;
      }
      if (event.key === 'Enter' || event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        say(event.key === 'Enter' ? value : null, true);
      }
    }
  };
  return lines === true ? (
    <textarea {...common} rows={Math.min(8, value.split('\n').length)} />
  ) : (
    <input {...common} />
  );
}

/** The note, and a field in its place while it is edited. */
function Note({ row, edit, trans }: Omit<IHeadProps, 'metric'>): React.JSX.Element {
  const [editing, setEditing] = React.useState(false);
  const button = React.useRef<HTMLButtonElement>(null);
  const back = React.useRef(false);
  React.useEffect(() => {
    if (!editing && back.current) {
      back.current = false;
      button.current?.focus();
    }
  }, [editing]);
  if (editing) {
    return (
      <Field
        lines
        value={row.note}
        label={trans.__('Note of experiment %1', padded(row.number))}
        placeholder={row.offered || trans.__('what is tried, in a line')}
        done={(value, pressed) => {
          back.current = pressed;
          setEditing(false);
          if (value !== null && value.trim() !== row.note) {
            edit({ note: value.trim() });
          }
        }}
      />
    );
  }
  const text = row.note || row.offered;
  return (
    <button
      ref={button}
      className="jp-xpt-Note"
      title={trans.__('Edit the note')}
      onClick={() => {
        setEditing(true);
      }}
    >
      <span className={row.note === '' ? 'jp-xpt-Note-offered' : 'jp-xpt-Note-text'}>
        {text || trans.__('no note yet')}
      </span>
      <span className="jp-xpt-Note-pencil" aria-hidden="true">
        ✎
      </span>
    </button>
  );
}

/** The tags as pills, each with a button that takes it off, and one that adds. */
function Tags({ row, edit, trans }: Omit<IHeadProps, 'metric'>): React.JSX.Element {
  const [adding, setAdding] = React.useState(false);
  const [round, setRound] = React.useState(0);
  return (
    <ul className="jp-xpt-Tags" aria-label={trans.__('Tags')}>
      {row.tags.map(tag => (
        <li key={tag} className="jp-xpt-Tag">
          <span>{tag}</span>
          <button
            aria-label={trans.__('Take off tag %1', tag)}
            title={trans.__('Take off tag %1', tag)}
            onClick={() => {
              edit({ tags: row.tags.filter(one => one !== tag) });
            }}
          >
            ×
          </button>
        </li>
      ))}
      <li>
        {adding ? (
          <Field
            key={round}
            value=""
            label={trans.__('New tags of experiment %1', padded(row.number))}
            placeholder={trans.__('tag, tag')}
            done={(value, pressed) => {
              const fresh = tagsOf(value ?? '').filter(tag => !row.tags.includes(tag));
              if (fresh.length > 0) {
                edit({ tags: [...row.tags, ...fresh] });
              }
              // Another field for another tag, until nothing is typed.
              setRound(round + 1);
              setAdding(pressed && fresh.length > 0);
            }}
          />
        ) : (
          <button
            className="jp-xpt-Tag-add"
            onClick={() => {
              setAdding(true);
            }}
          >
            {trans.__('+ tag')}
          </button>
        )}
      </li>
    </ul>
  );
}

/** Sign, number, note, star; below them the tags. */
export function Head({ row, metric, edit, trans }: IHeadProps): React.JSX.Element {
  const sign = signOf(row, metric);
  const words = signWords(sign, trans);
  const starred = row.star ? trans.__('Take the star away') : trans.__('Give it a star');
  return (
    <header className="jp-xpt-Head">
      <div className="jp-xpt-Head-line">
        <SignPicture sign={sign} title={words} />
        <span className="jp-xpt-unseen">{words}</span>
        <h2>{padded(row.number)}</h2>
        <Note row={row} edit={edit} trans={trans} />
        <button
          className="jp-xpt-Star"
          aria-pressed={row.star}
          aria-label={trans.__('Star')}
          title={starred}
          onClick={() => {
            edit({ star: !row.star });
          }}
        >
          {row.star ? '★' : '☆'}
        </button>
      </div>
      <Tags row={row} edit={edit} trans={trans} />
    </header>
  );
}
