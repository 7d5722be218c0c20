/** Preferences: what the settings say. */
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { Sort } from './leaves/rows';
import { PLUGIN_ID } from './tokens';

export interface IPreferences {
  /** How the list is sorted where nothing else was chosen. */
  readonly sort: Sort;
  /** Whether strips show the 95 % interval of the mean. */
  readonly interval: boolean;
  /** How many seconds a run takes at least to be told of when it ends; infinite for never. */
  readonly notifyAfter: number;
}

export const DEFAULTS: IPreferences = { sort: 'number', interval: true, notifyAfter: 60 };

/** What the settings say; they were checked against their schema. */
function preferences(settings: ISettingRegistry.ISettings): IPreferences {
  const { sort, interval, notifyAfter } = settings.composite;
  const seconds = typeof notifyAfter === 'number' ? notifyAfter : DEFAULTS.notifyAfter;
  return {
    sort: sort === 'value' || sort === 'time' ? sort : 'number',
    interval: interval !== false,
    notifyAfter: seconds < 0 ? Infinity : seconds
  };
}

/** Read the settings, now and whenever they change. */
export function readPreferences(
  registry: ISettingRegistry | null,
  take: (found: IPreferences) => void
): void {
  take(DEFAULTS);
  registry?.load(PLUGIN_ID).then(
    settings => {
      const read = (): void => {
        take(preferences(settings));
      };
      settings.changed.connect(read);
      read();
    },
    (reason: unknown) => {
      console.warn('jupyter_xpt: the settings cannot be read', reason);
    }
  );
}
