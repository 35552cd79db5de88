/** Why a line with a vendor is refused when several licenses with its name have none. */
export const severalWithoutVendor = (license: string): string =>
  `Several licenses named ${license} have no vendor. Set their vendors on their pages first.`;

/** Why a line is refused whose license would take a vendor that the preview did not show. */
export const notConfirmed = (license: string): string =>
  `${license} has no vendor, and adding one wasn't confirmed. Import this line again to confirm it.`;

/** Why the lines of a file are refused that state several vendors for one license without a vendor. */
export const severalVendors = (license: string, vendors: readonly string[]): string =>
  `${license} has no vendor yet, and this file gives ${vendors.slice(0, -1).join(', ')} and ${vendors.at(-1)}. Set its vendor on its page first.`;

/** Why a line is refused whose license is not the one of the preview any more. */
export const changedLicense = (license: string): string =>
  `${license} was changed during the import. Import this line again.`;
