/** The lines of a log that hold a text. */
import * as React from 'react';

import { log } from '../request';
import type { ILog } from '../tokens';
import type { ILogProps } from './following';
import { marked, parts } from './lines';
import { Trouble, Waiting } from './parts';

/** Milliseconds without a key before a search begins. */
const PAUSE = 250;
/** So many of the lines that were found are listed. */
const MOST_FOUND = 200;

/** A text with what was looked for marked. */
export function Marked({
  text,
  wanted
}: {
  readonly text: string;
  readonly wanted: string;
}): React.JSX.Element {
  return (
    <>
      {marked(text, wanted).map((piece, i) =>
        piece.marked ? (
          <mark key={i}>{piece.text}</mark>
        ) : (
          <React.Fragment key={i}>{piece.text}</React.Fragment>
        )
      )}
    </>
  );
}

/** The lines that hold a text, each leading to its place. */
export function Found(
  props: Omit<ILogProps, 'live'> & { readonly wanted: string; readonly jump: (offset: number) => void }
): React.JSX.Element {
  const { settings, at, run, wanted, jump, trans } = props;
  const [state, setState] = React.useState<{ found: ILog | null; error: string | null }>({
    found: null,
    error: null
  });
  const [tries, setTries] = React.useState(0);
  React.useEffect(() => {
    let stale = false;
    const timer = setTimeout(() => {
      log(settings, at, run, { find: wanted }).then(
        found => {
          if (!stale) {
            setState({ found, error: null });
          }
        },
        (reason: unknown) => {
          if (!stale) {
            setState({ found: null, error: reason instanceof Error ? reason.message : String(reason) });
          }
        }
      );
    }, PAUSE);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
    // Only what is looked for counts: `at` is a new object at every drawing.
  }, [run, wanted, tries]);
  const { found, error } = state;
  if (error !== null) {
    return (
      <Trouble
        what={trans.__('The log cannot be searched: %1', error)}
        again={() => {
          setTries(tries + 1);
        }}
        trans={trans}
      />
    );
  }
  if (found === null) {
    return <Waiting what={trans.__('Searching …')} />;
  }
  const n = found.lines.length;
  return (
    <div className="jp-xpt-Found">
      <p className="jp-xpt-dim" role="status">
        {n === 0
          ? trans.__('No line holds “%1”.', wanted)
          : found.more
            ? trans.__('The first %1 lines that hold it.', n)
            : trans._n('%1 line', '%1 lines', n)}
      </p>
      <ol>
        {found.lines.slice(0, MOST_FOUND).map((line, i) => (
          <li key={i}>
            <button
              title={trans.__('Go to this line')}
              onClick={() => {
                jump(found.offsets?.[i] ?? 0);
              }}
            >
              <span className="jp-xpt-digits jp-xpt-dim">{found.found?.[i]}</span>{' '}
              <Marked text={parts(line).text} wanted={wanted} />
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
