/** Menus: the commands, and where they can be found. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';

import type { Acting } from './acting';
import { experimentsIcon, PANEL_ID } from './icons';
import type { Model } from './model';
import type { IRow } from './tokens';
import { padded } from './leaves/words';

/** The commands, by what they do. */
export const COMMANDS = {
  show: 'jupyter-xpt:show',
  newFrom: 'jupyter-xpt:new-from',
  open: 'jupyter-xpt:open',
  diffAgainst: 'jupyter-xpt:diff-against',
  diffWith: 'jupyter-xpt:diff-with',
  pick: 'jupyter-xpt:pick',
  compare: 'jupyter-xpt:compare',
  pin: 'jupyter-xpt:pin',
  star: 'jupyter-xpt:star',
  restore: 'jupyter-xpt:restore',
  remove: 'jupyter-xpt:delete',
  exportTable: 'jupyter-xpt:export',
  exportSheet: 'jupyter-xpt:export-xlsx',
  foldAll: 'jupyter-xpt:fold-all',
  unfoldAll: 'jupyter-xpt:unfold-all'
} as const;

type Args = ReadonlyPartialJSONObject;

/** The experiment that a command means: the given one, else the chosen one. */
function meant(model: Model, args: Args): IRow | null {
  return model.row(typeof args.number === 'number' ? args.number : model.chosen);
}

/** A command on one experiment. */
interface IOnRow {
  readonly id: string;
  readonly label: (row: IRow) => string;
  /** What it is called where no experiment is. */
  readonly name: string;
  readonly act: (row: IRow) => void;
  readonly enabled?: (row: IRow) => boolean;
}

function onRows(model: Model, acts: Acting, trans: TranslationBundle): readonly IOnRow[] {
  return [
    {
      id: COMMANDS.newFrom,
      name: trans.__('New Experiment From the Chosen One…'),
      label: row => trans.__('New from %1…', padded(row.number)),
      act: ({ number }) => {
        acts.newFrom(number);
      }
    },
    {
      id: COMMANDS.open,
      name: trans.__('Open the Notebook of the Chosen Experiment'),
      label: () => trans.__('Open'),
      act: ({ number }) => {
        acts.open(number);
      },
      enabled: row => row.notebook || row.runs > 0
    },
    {
      id: COMMANDS.diffAgainst,
      name: trans.__('Diff With the Experiment It Is Compared With'),
      label: row =>
        row.against === null
          ? trans.__('Diff with Its Parent')
          : trans.__('Diff with %1', padded(row.against)),
      act: ({ number, against, parent }) => {
        const other = against ?? parent;
        if (other !== null) {
          acts.diff(other, number);
        }
      },
      enabled: row => row.against !== null || row.parent !== null
    },
    {
      id: COMMANDS.diffWith,
      name: trans.__('Diff With Another Experiment…'),
      label: () => trans.__('Diff with Another…'),
      act: ({ number }) => {
        void acts.diffWith(number);
      }
    },
    {
      id: COMMANDS.pick,
      name: trans.__('Pick the Chosen Experiment to Compare'),
      label: row =>
        model.picked.has(row.number)
          ? trans.__('Leave Out of the Comparison')
          : trans.__('Add to Comparison'),
      act: ({ number }) => {
        model.pick(number);
      }
    },
    {
      id: COMMANDS.pin,
      name: trans.__('Pin the Chosen Experiment as Baseline'),
      label: row =>
        model.lineage?.baseline === row.number
          ? trans.__('Compare with Parents Again')
          : trans.__('Pin as Baseline'),
      act: ({ number }) => {
        acts.pin(model.lineage?.baseline === number ? null : number);
      }
    },
    {
      id: COMMANDS.star,
      name: trans.__('Star the Chosen Experiment'),
      label: row => (row.star ? trans.__('Take the Star Away') : trans.__('Star')),
      act: ({ number, star }) => {
        acts.edit(number, { star: !star });
      }
    },
    {
      id: COMMANDS.restore,
      name: trans.__('Restore the Chosen Experiment as It Ran'),
      label: () => trans.__('Restore as It Ran'),
      act: ({ number }) => {
        acts.restore(number);
      },
      enabled: row => row.runs > 0
    },
    {
      id: COMMANDS.remove,
      name: trans.__('Delete the Chosen Experiment'),
      label: () => trans.__('Delete'),
      act: ({ number }) => {
        acts.remove(number);
      },
      enabled: row => row.running === null
    }
  ];
}

/** Add the command that shows the panel. */
export function addShow(
  app: JupyterFrontEnd,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  app.commands.addCommand(COMMANDS.show, {
    label: args =>
      args.toolbar === true
        ? ''
        : args.isPalette === true
          ? trans.__('Show Experiments')
          : trans.__('Experiments'),
    caption: trans.__('Show the experiments of this folder'),
    icon: experimentsIcon,
    execute: () => {
      app.shell.activateById(PANEL_ID);
    },
    describedBy: {
      args: {
        type: 'object',
        properties: { toolbar: { type: 'boolean' }, isPalette: { type: 'boolean' } }
      }
    }
  });
  palette?.addItem({
    command: COMMANDS.show,
    category: trans.__('Experiments'),
    args: { isPalette: true }
  });
}

/** Add all commands but the one that shows the panel. */
export function addCommands(
  app: JupyterFrontEnd,
  model: Model,
  acts: Acting,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  const category = trans.__('Experiments');
  // Later versions ask for a description of the arguments; all of ours take the same one, or none.
  const args = {
    type: 'object',
    properties: { number: { type: 'number', description: trans.__('The number of the experiment') } }
  } as const;
  for (const { id, name, label, act, enabled } of onRows(model, acts, trans)) {
    app.commands.addCommand(id, {
      label: given => {
        const row = given.number === undefined ? null : meant(model, given);
        return row === null ? name : label(row);
      },
      isEnabled: given => {
        const row = meant(model, given);
        return row !== null && (enabled?.(row) ?? true);
      },
      execute: given => {
        const row = meant(model, given);
        if (row !== null) {
          act(row);
        }
      },
      describedBy: { args }
    });
    palette?.addItem({ command: id, category });
  }
  const whole: readonly (readonly [string, string, () => void, () => boolean])[] = [
    [
      COMMANDS.compare,
      trans.__('Compare Picked Experiments'),
      () => {
        acts.compare(Array.from(model.picked));
      },
      () => model.picked.size >= 2 && model.picked.size <= 6
    ],
    [
      COMMANDS.exportTable,
      trans.__('Export as CSV'),
      () => {
        acts.exportTable('csv');
      },
      () => model.lineage !== null
    ],
    [
      COMMANDS.exportSheet,
      trans.__('Export as Spreadsheet (xlsx)'),
      () => {
        acts.exportTable('xlsx');
      },
      () => model.lineage !== null
    ],
    [
      COMMANDS.foldAll,
      trans.__('Fold All Experiments'),
      () => {
        model.foldOnly(model.lineage?.rows.map(row => row.number) ?? []);
      },
      () => model.lineage !== null && model.sort === 'number'
    ],
    [
      COMMANDS.unfoldAll,
      trans.__('Unfold All Experiments'),
      () => {
        model.foldOnly([]);
      },
      () => model.folded.size > 0
    ]
  ];
  for (const [id, label, execute, isEnabled] of whole) {
    app.commands.addCommand(id, { label, execute, isEnabled, describedBy: { args: null } });
    palette?.addItem({ command: id, category });
  }
}

/** Show a menu of commands; `null` separates. */
function openMenu(
  app: JupyterFrontEnd,
  commands: readonly (string | null)[],
  args: ReadonlyJSONObject,
  x: number,
  y: number
): void {
  const menu = new Menu({ commands: app.commands });
  for (const command of commands) {
    menu.addItem(command === null ? { type: 'separator' } : { command, args });
  }
  // Disposed only after the command that was chosen ran, which happens once the menu is closed.
  menu.aboutToClose.connect(() => {
    setTimeout(() => {
      menu.dispose();
    }, 0);
  });
  menu.open(x, y);
}

/** The menu of one experiment. */
export function openRowMenu(app: JupyterFrontEnd, number: number, x: number, y: number): void {
  const { newFrom, open, diffAgainst, diffWith, pick, compare, pin, star, restore, remove } = COMMANDS;
  openMenu(
    app,
    [newFrom, open, null, diffAgainst, diffWith, pick, compare, null, pin, star, null, restore, remove],
    { number },
    x,
    y
  );
}

/** The menu of the whole series. */
export function openSeriesMenu(app: JupyterFrontEnd, x: number, y: number): void {
  const { exportTable, exportSheet, compare, foldAll, unfoldAll } = COMMANDS;
  openMenu(app, [compare, null, exportSheet, exportTable, null, foldAll, unfoldAll], {}, x, y);
}
