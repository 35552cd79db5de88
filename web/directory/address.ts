/** The page of the settings that shows the directory. */
export const directoryAddress = '/settings/directory';
