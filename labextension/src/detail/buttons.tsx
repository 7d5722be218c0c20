/** What people can do with the chosen experiment: the usual as buttons, the rest in a menu. */
import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import * as React from 'react';

import type { IActs } from '../acts';
import type { ILineage, IRow } from '../tokens';
import { padded } from '../leaves/words';

interface IButtonsProps {
  readonly row: IRow;
  readonly lineage: ILineage;
  readonly acts: IActs;
  readonly trans: TranslationBundle;
}

/** An entry of the menu; `null` is a line between two groups. */
type Entry = { readonly label: string; readonly act: () => void; readonly off?: boolean } | null;

/** Ask for the number of another experiment; `null` where nobody gave one that is there. */
async function askNumber(title: string, lineage: ILineage, but: number, ok: string): Promise<number | null> {
  const known = lineage.rows
    .filter(row => row.number !== but)
    .sort((one, other) => one.number - other.number);
  const items = known.map(row => `${padded(row.number)}  ${row.note || row.offered}`);
  const current = Math.max(
    0,
    known.findIndex(row => row.number === lineage.baseline)
  );
  const answer = await InputDialog.getItem({ title, items, okLabel: ok, editable: true, current });
  const number = /^\s*#?([0-9]{1,12})(?:\s|$)/u.exec(answer.value ?? '')?.[1];
  return answer.button.accept && number !== undefined ? Number(number) : null;
}

/** Open a menu below a button. */
function openMenu(button: HTMLElement, entries: readonly Entry[]): void {
  const commands = new CommandRegistry();
  const menu = new Menu({ commands });
  menu.addClass('jp-xpt-Menu');
  entries.forEach((entry, i) => {
    if (entry === null) {
      menu.addItem({ type: 'separator' });
      return;
    }
    commands.addCommand(String(i), {
      label: entry.label,
      isEnabled: () => entry.off !== true,
      execute: entry.act
    });
    menu.addItem({ command: String(i) });
  });
  menu.aboutToClose.connect(() => {
    // The chosen command runs after the menu has closed.
    setTimeout(() => {
      menu.dispose();
    });
    button.focus();
  });
  const { left, bottom, top } = button.getBoundingClientRect();
  menu.open(left, bottom + menu.node.offsetHeight > window.innerHeight ? top : bottom, {
    forceX: false,
    forceY: false
  });
}

/** What the menu holds. */
function entriesOf({ row, lineage, acts, trans }: IButtonsProps): readonly Entry[] {
  const { number, parent } = row;
  const others = lineage.rows.length < 2;
  const pinned = lineage.baseline === number;
  const ask = (title: string, ok: string, act: (other: number) => void): void => {
    void askNumber(title, lineage, number, ok).then(other => {
      if (other !== null) {
        act(other);
      }
    });
  };
  return [
    ...(parent === null || row.runs === 0
      ? []
      : [
          {
            // Where there is no room for its button.
            label: trans.__('Diff with %1', padded(parent)),
            act: () => {
              acts.diff(parent, number);
            }
          }
        ]),
    {
      label: trans.__('Diff with another …'),
      off: others,
      act: () => {
        ask(trans.__('Diff %1 with which experiment?', padded(number)), trans.__('Diff'), other => {
          acts.diff(other, number);
        });
      }
    },
    ...(parent === null
      ? []
      : [
          {
            label: trans.__('Compare with %1', padded(parent)),
            act: () => {
              acts.compare([parent, number]);
            }
          }
        ]),
    {
      label: trans.__('Compare with another …'),
      off: others,
      act: () => {
        ask(trans.__('Compare %1 with which experiment?', padded(number)), trans.__('Compare'), other => {
          acts.compare([other, number]);
        });
      }
    },
    null,
    {
      label: pinned ? trans.__('Unpin as baseline') : trans.__('Pin as baseline'),
      act: () => {
        acts.pin(pinned ? null : number);
      }
    },
    {
      label: trans.__('Restore the notebook as it ran'),
      off: row.runs === 0,
      act: () => {
        acts.restore(number);
      }
    },
    {
      label: trans.__('Export the series as a spreadsheet (xlsx)'),
      act: () => {
        acts.exportTable('xlsx');
      }
    },
    {
      label: trans.__('Export the series as CSV'),
      act: () => {
        acts.exportTable('csv');
      }
    },
    null,
    {
      label: trans.__('Delete …'),
      off: row.status === 'running',
      act: () => {
        acts.remove(number);
      }
    }
  ];
}

/** The buttons. */
export function Buttons(props: IButtonsProps): React.JSX.Element {
  const { row, acts, trans } = props;
  const { number, parent } = row;
  return (
    <div className="jp-xpt-Buttons" role="toolbar" aria-label={trans.__('Experiment %1', padded(number))}>
      <button
        className="jp-xpt-primary"
        title={trans.__('Make the next experiment from this one')}
        onClick={() => {
          acts.newFrom(number);
        }}
      >
        {trans.__('New from here')}
      </button>
      <button
        title={trans.__('Open its numbered notebook')}
        onClick={() => {
          acts.open(number);
        }}
      >
        {trans.__('Open')}
      </button>
      {parent !== null && row.runs > 0 && (
        <button
          className="jp-xpt-Buttons-diff"
          title={trans.__('Show what changed since %1, cell by cell', padded(parent))}
          onClick={() => {
            acts.diff(parent, number);
          }}
        >
          {trans.__('Diff with %1', padded(parent))}
        </button>
      )}
      <button
        className="jp-xpt-overflow"
        aria-haspopup="menu"
        aria-label={trans.__('More')}
        title={trans.__('More')}
        onClick={event => {
          openMenu(event.currentTarget, entriesOf(props));
        }}
      >
        ⋯
      </button>
    </div>
  );
}
