/** The pictures that a run displayed: drawn by the browser from bytes, never as markup. */
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { figure } from '../request';
import type { IAt } from '../tokens';
import { reasonOf, Trouble } from './parts';
import { useReading } from './reading';

/** So many are shown at first. */
const FIRST = 12;

interface IFigureProps {
  readonly settings: ServerConnection.ISettings;
  readonly at: IAt;
  readonly run: string;
  readonly name: string;
  readonly trans: TranslationBundle;
}

/** The address of some bytes in this page, given back when they are no longer shown. */
function useAddress(blob: Blob | null): string | null {
  const [address, setAddress] = React.useState<string | null>(null);
  React.useEffect(() => {
    if (blob === null) {
      return;
    }
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => {
      setAddress(null);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return address;
}

/** One picture; a click shows it as large as the page. */
function Figure({ settings, at, run, name, trans }: IFigureProps): React.JSX.Element | null {
  const reading = useReading([at.place, at.series, at.number, run, name].join('/'), 0, () =>
    figure(settings, at, run, name)
  );
  const address = useAddress(reading.value);
  const [broken, setBroken] = React.useState(false);
  const dialog = React.useRef<HTMLDialogElement>(null);
  if (reading.error !== null) {
    const what = trans.__('Figure %1 cannot be read: %2', name, reasonOf(reading, trans));
    return <Trouble what={what} again={reading.again} trans={trans} />;
  }
  if (broken) {
    return <p className="jp-xpt-dim">{trans.__('Figure %1 is no picture that can be shown.', name)}</p>;
  }
  if (address === null) {
    return <div className="jp-xpt-Figure-waiting" />;
  }
  const words = trans.__('Figure %1 of run %2', name, run);
  return (
    <>
      <button
        className="jp-xpt-Figure"
        title={trans.__('Enlarge')}
        onClick={() => {
          dialog.current?.showModal();
        }}
      >
        <img
          src={address}
          alt={words}
          onError={() => {
            setBroken(true);
          }}
        />
      </button>
      <dialog
        ref={dialog}
        className="jp-xpt-Enlarged"
        aria-label={words}
        onClick={() => {
          dialog.current?.close();
        }}
        onKeyDown={event => {
          // Escape closes it, and nothing below it.
          event.stopPropagation();
        }}
      >
        <img src={address} alt={words} />
        <button>{trans.__('Close')}</button>
      </dialog>
    </>
  );
}

/** The pictures of a run. */
export function Figures(
  props: Omit<IFigureProps, 'name'> & { readonly names: readonly string[] }
): React.JSX.Element {
  const { names, trans } = props;
  const [all, setAll] = React.useState(false);
  const shown = all ? names : names.slice(0, FIRST);
  return (
    <div className="jp-xpt-Figures">
      {shown.map(name => (
        <Figure key={name} {...props} name={name} />
      ))}
      {shown.length < names.length && (
        <button
          className="jp-xpt-rest"
          onClick={() => {
            setAll(true);
          }}
        >
          {trans.__('%1 more', names.length - shown.length)}
        </button>
      )}
    </div>
  );
}
