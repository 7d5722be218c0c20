/** First page: what is shown where there are no experiments yet, or none that can be shown. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPlace } from '../tokens';

const LOAD = '%load_ext jupyter_xpt';
const CELL = `%%experiment repeats=5 note="baseline"
import random
xpt.log(score=random.gauss(9, 1))`;

/** Something to type, with a button that copies it. */
function Code(props: { readonly text: string; readonly trans: TranslationBundle }): React.JSX.Element {
  const { text, trans } = props;
  const [copied, setCopied] = React.useState(false);
  return (
    <div className="jp-xpt-code">
      <pre>{text}</pre>
      <button
        className="jp-xpt-button"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => {
              setCopied(true);
            },
            () => {
              // Without leave to write to the clipboard the text can still be marked by hand.
              setCopied(false);
            }
          );
        }}
      >
        {copied ? trans.__('Copied') : trans.__('Copy')}
      </button>
    </div>
  );
}

/** How a folder is called: the server's own has no name. */
export function placeName(place: IPlace, trans: TranslationBundle): string {
  return place.path === '' ? trans.__('top folder') : place.path;
}

interface IFirstPageProps {
  /** The folder that has none; `null` where no notebook is open. */
  readonly folder: string | null;
  /** Other folders that have some. */
  readonly others: readonly IPlace[];
  readonly choosePlace: (place: string) => void;
  readonly trans: TranslationBundle;
}

/** What to type for the first experiment. */
export function FirstPage(props: IFirstPageProps): React.JSX.Element {
  const { folder, others, trans } = props;
  return (
    <div className="jp-xpt-empty">
      <h3>{trans.__('No experiments here yet')}</h3>
      <p>
        {folder === null || folder === ''
          ? trans.__('Your first one takes a minute. In a notebook, run this once:')
          : trans.__('Your first one in “%1” takes a minute. In a notebook there, run this once:', folder)}
      </p>
      <Code text={LOAD} trans={trans} />
      <p>{trans.__('Then begin a cell with %1, and log what you measure:', '%%experiment')}</p>
      <Code text={CELL} trans={trans} />
      <p>
        {trans.__(
          'Run it, change something, run it again: every change becomes a numbered experiment, and this panel shows which one is really better.'
        )}
      </p>
      {others.length > 0 && (
        <>
          <h4>{trans.__('Folders with experiments')}</h4>
          <ul className="jp-xpt-places">
            {others.slice(0, 50).map(place => (
              <li key={place.place}>
                <button
                  className="jp-xpt-link"
                  onClick={() => {
                    props.choosePlace(place.place);
                  }}
                >
                  {placeName(place, trans)}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
