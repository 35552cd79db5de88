import type { SnapshotRow } from '../database/offboarding/snapshots.ts';

/** A picture in the shape the workflows know it: every part with the revision it was read at. */
export const toSnapshot = ({
  offboardingId,
  userId,
  department,
  revision,
  state,
  endDate,
  zone,
  reminder,
  ...ids
}: SnapshotRow) => ({
  offboardingId,
  userId,
  department,
  lastDay: { date: endDate, zone, state, revision, reminder },
  hardware: { ids: ids.hardware, revision },
  seats: { ids: ids.seats, revision },
  requests: { ids: ids.requests, revision },
});
