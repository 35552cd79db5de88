import type pg from 'pg';
import type { Fixture } from './fixture.ts';
import type { Entry } from './trail.ts';

/** The state of a company, read from the database or computed from the audit trail. */
export interface Model {
  people: Record<number, PersonModel>;
  /** The holder, or null. */
  assets: Record<number, number | null>;
  /** Open assignments. */
  assignments: Record<number, { assetId: number; userId: number }>;
  seats: Record<number, { licenseId: number; userId: number }>;
  requests: Record<number, { userId: number; status: string; isApproved: boolean }>;
}

interface PersonModel {
  endDate: string | null;
  managerId: number | null;
  /** The open offboarding. */
  offboardingId: number | null;
  completed: boolean;
}

/** Reads the present state in one statement: open items, and all requests. */
export async function readModel(pool: pg.Pool, { people, assets }: Fixture): Promise<Model> {
  const { rows } = await pool.query<{ model: Model }>(
    `select jsonb_build_object(
       'people', (select jsonb_object_agg(u.id, jsonb_build_object('endDate', u.end_date, 'managerId', u.manager_id,
         'offboardingId', (select o.id from offboardings o where o.user_id = u.id and o.state = 'open'),
         'completed', u.offboarding_completed_at is not null)) from users u where u.id = any($1)),
       'assets', (select jsonb_object_agg(a.id, (select h.user_id from assignments h
         where h.asset_id = a.id and h.returned_at is null)) from assets a where a.id = any($2)),
       'assignments', (select coalesce(jsonb_object_agg(id, jsonb_build_object('assetId', asset_id, 'userId', user_id)), '{}')
         from assignments where user_id = any($1) and returned_at is null),
       'seats', (select coalesce(jsonb_object_agg(id, jsonb_build_object('licenseId', license_id, 'userId', user_id)), '{}')
         from seats where user_id = any($1) and revoked_at is null),
       'requests', (select coalesce(jsonb_object_agg(id, jsonb_build_object('userId', user_id, 'status', status,
         'isApproved', approved_at is not null)), '{}')
         from requests where user_id = any($1))) as model`,
    [people, assets],
  );
  return rows[0]!.model;
}

/** Counts the open items of a person. */
export const openIn = ({ assignments, seats, requests }: Model, userId: number) => {
  const theirs = (item: { userId: number }) => item.userId === userId;
  return {
    hardware: Object.values(assignments).filter(theirs).length,
    software: Object.values(seats).filter(theirs).length,
    requests: Object.values(requests).filter((one) => theirs(one) && isOpen(one)).length,
  };
};

const isOpen = ({ status }: { status: string }): boolean => ['pending', 'approved'].includes(status);

/** Applies an audit entry to the model; returns why it is impossible, or null. */
export function applyEntry(model: Model, { action, userId, details }: Entry): string | null {
  const person = model.people[userId]!;
  const given = () => (person.completed ? `to ${userId}, who has been offboarded` : null);
  switch (action) {
    case 'asset.assigned': {
      const holder = model.assets[details.assetId];
      model.assets[details.assetId] = userId;
      model.assignments[details.assignmentId] = { assetId: details.assetId, userId };
      return given() ?? (holder == null ? null : `asset ${details.assetId}, which ${holder} holds`);
    }
    case 'asset.recovered':
    case 'asset.lost': {
      const held = model.assignments[details.assignmentId];
      delete model.assignments[details.assignmentId];
      model.assets[details.assetId] = null;
      return held === undefined ? `assignment ${details.assignmentId}, which is not open` : null;
    }
    case 'asset.assignment_undone': {
      const held = model.assignments[details.assignmentId];
      delete model.assignments[details.assignmentId];
      model.assets[details.assetId] = null;
      return held === undefined ? `assignment ${details.assignmentId}, which is not open` : null;
    }
    case 'asset.recovery_undone': {
      const holder = model.assets[details.assetId];
      model.assets[details.assetId] = userId;
      model.assignments[details.assignmentId] = { assetId: details.assetId, userId };
      return given() ?? (holder == null ? null : `asset ${details.assetId}, which ${holder} holds`);
    }
    case 'seat.revocation_undone':
    case 'seat.assigned': {
      const has = Object.values(model.seats).some(
        (seat) => seat.userId === userId && seat.licenseId === details.licenseId,
      );
      model.seats[details.seatId] = { licenseId: details.licenseId, userId };
      return given() ?? (has ? `a second seat of license ${details.licenseId}` : null);
    }
    case 'seat.revoked': {
      const seat = model.seats[details.seatId];
      delete model.seats[details.seatId];
      return seat === undefined ? `seat ${details.seatId}, which nobody has` : null;
    }
    case 'request.created':
      model.requests[details.requestId] = { userId, status: 'pending', isApproved: false };
      return given();
    case 'request.approved':
    case 'request.resolved': {
      const request = model.requests[details.requestId]!;
      const before = request.status;
      request.status = action === 'request.approved' ? 'approved' : details.outcome;
      if (action === 'request.approved') request.isApproved = true;
      const may = action === 'request.approved' ? before === 'pending' : isOpen({ status: before });
      return may ? null : `request ${details.requestId}, which is ${before}`;
    }
    case 'request.resolution_undone': {
      const request = model.requests[details.requestId]!;
      const before = request.status;
      request.status = request.isApproved ? 'approved' : 'pending';
      return (
        given() ?? (isOpen({ status: before }) ? `request ${details.requestId}, which is ${before}` : null)
      );
    }
    case 'user.end_date_changed': {
      const before = person.endDate;
      person.endDate = details.to;
      return given() ?? (before === details.from ? null : `from ${details.from}, but it was ${before}`);
    }
    case 'offboarding.opened': {
      const before = person.offboardingId;
      person.offboardingId = details.offboardingId;
      return given() ?? (before === null ? null : `beside ${before}, which is open`);
    }
    case 'offboarding.cancelled': {
      const before = person.offboardingId;
      person.offboardingId = null;
      return before === details.offboardingId
        ? null
        : `offboarding ${details.offboardingId}, which is not open`;
    }
    case 'user.manager_changed': {
      const before = person.managerId;
      person.managerId = details.to;
      if (details.to !== null && model.people[details.to]!.completed)
        return `to ${details.to}, who has been offboarded`;
      return given() ?? (before === details.from ? null : `from ${details.from}, but it was ${before}`);
    }
    case 'user.manager_cleared': {
      const before = person.managerId;
      person.managerId = null;
      return before === details.formerManagerId
        ? null
        : `of ${details.formerManagerId}, but it was ${before}`;
    }
    case 'user.offboarded': {
      const { hardware, software, requests } = openIn(model, userId);
      const openBefore = person.offboardingId;
      const twice = given();
      Object.assign(person, { completed: true, offboardingId: null, endDate: details.endDate });
      if (hardware + software + requests > 0)
        return `with ${hardware} hardware, ${software} software, ${requests} requests open`;
      return (
        twice ??
        (openBefore === details.offboardingId
          ? null
          : `offboarding ${details.offboardingId}, which is not open`)
      );
    }
    default:
      return 'an action that these operations do not have';
  }
}
