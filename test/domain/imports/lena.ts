import type { KnownUser } from '../../../domain/imports/user-facts.ts';

/** A stored person whom the lines of these tests are about. */
export const lena: KnownUser = {
  id: 7,
  externalId: 'E7',
  name: 'Lena',
  email: 'lena@x.example',
  department: 'Sales',
  jobTitle: null,
  startDate: '2020-01-01',
  endDate: null,
  timeZone: null,
  status: 'active',
  managerId: 1,
  managerName: 'Mira',
  isGone: false,
  isErased: false,
  isLeaving: false,
};
