/** The head of the detail: sign, number, note, star and tags, edited where they stand. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IEdit, IRow } from '../tokens';
import { short, tagsOf } from './said';

interface IHeadProps {
  readonly row: IRow;
  readonly sign: React.ReactNode;
  readonly edit: (change: IEdit) => void;
  readonly trans: TranslationBundle;
}

/** A field that takes one line: Enter says it, Escape takes it back. */
function Line(props: {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  /** `null` where it was taken back; `more` where Enter was pressed. */
  readonly done: (value: string | null, more: boolean) => void;
  readonly clears?: boolean;
}): JSX.Element {
  const [value, setValue] = React.useState(props.value);
  // Leaving the field after Escape must not save it.
  const over = React.useRef(false);
  const say = (said: string | null, more: boolean): void => {
    if (!over.current) {
      over.current = !(more && props.clears === true);
      props.done(said, more);
      setValue(props.clears === true ? '' : (said ?? value));
    }
  };
  return (
    <input
      className="jp-xpt-Line"
      autoFocus
      value={value}
      aria-label={props.label}
      placeholder={props.placeholder}
      maxLength={2000}
      spellCheck={false}
      onFocus={event => {
        event.currentTarget.select();
      }}
      onChange={event => {
        setValue(event.currentTarget.value);
      }}
      onBlur={() => {
        say(value, false);
      }}
      onKeyDown={event => {
        // Enter may end the composition of a character, too.
        if (event.nativeEvent.isComposing) {
          return;
        }
        if (event.key === 'Enter' || event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          say(event.key === 'Enter' ? value : null, event.key === 'Enter');
        }
      }}
    />
  );
}

/** The note, and a field in its place while it is edited. */
function Note({ row, edit, trans }: Omit<IHeadProps, 'sign'>): JSX.Element {
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
      <Line
        value={row.note}
        label={trans.__('Note of experiment %1', short(row.number))}
        placeholder={row.offered || trans.__('what is tried, in a line')}
        done={(value, pressed) => {
          back.current = pressed || value === null;
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
      </span>{' '}
      <span className="jp-xpt-Note-pencil" aria-hidden="true">
        ✎
      </span>
    </button>
  );
}

/** The tags as pills, each with a button that takes it off, and one that adds. */
function Tags({ row, edit, trans }: Omit<IHeadProps, 'sign'>): JSX.Element {
  const [adding, setAdding] = React.useState(false);
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
          <Line
            value=""
            clears
            label={trans.__('New tags of experiment %1', short(row.number))}
            placeholder={trans.__('tag, tag')}
            done={(value, more) => {
              const fresh = tagsOf(value ?? '').filter(tag => !row.tags.includes(tag));
              if (fresh.length > 0) {
                edit({ tags: [...row.tags, ...fresh] });
              }
              setAdding(more && fresh.length > 0);
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
export function Head({ row, sign, edit, trans }: IHeadProps): JSX.Element {
  const starred = row.star ? trans.__('Take the star away') : trans.__('Give it a star');
  return (
    <header className="jp-xpt-Head">
      <div className="jp-xpt-Head-line">
        {sign}
        <h2>{short(row.number)}</h2>
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
