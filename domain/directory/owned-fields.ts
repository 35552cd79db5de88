/** The fields that belong to the HR system once it has stated them. The address belongs to the directory. */
export const hrFields = ['name', 'department', 'jobTitle', 'timeZone', 'endDate', 'manager'] as const;
export type HrField = (typeof hrFields)[number];
