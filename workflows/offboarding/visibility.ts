import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes, shownDepartment } from '../../engine/contract.ts';
import type { OffboardingState, Phase } from './state.ts';

/** What an operator sees of a leaver's process: search attributes and the details in the Temporal UI. */
export class Visibility {
  private readonly state: OffboardingState;
  private shownAttributes: SearchAttributeUpdatePair[] = [];
  private shownDetails = '';

  constructor(state: OffboardingState) {
    this.state = state;
  }

  isStale(): boolean {
    const { state } = this;
    return (
      state.isKnown &&
      (!same(attributesOf(state), this.shownAttributes) || detailsOf(state) !== this.shownDetails)
    );
  }

  /** Shows what changed. All attributes go in one call, since each call is an event of the history. */
  refresh() {
    const { state } = this;
    if (!this.isStale()) return;
    if (state.since?.phase !== state.phase) state.since = { phase: state.phase, at: Date.now() };
    const attributes = attributesOf(state);
    if (!same(attributes, this.shownAttributes)) upsertSearchAttributes(this.withoutIdleNulls(attributes));
    this.shownAttributes = attributes;
    this.shownDetails = detailsOf(state);
    setCurrentDetails(this.shownDetails);
  }

  /** A null removes a value; sent for one that was never there it would be shown as a value itself. */
  private withoutIdleNulls(attributes: SearchAttributeUpdatePair[]) {
    const hadValue = (name: string) =>
      this.shownAttributes.some(({ key, value }) => key.name === name && value !== null);
    return attributes.filter(({ key, value }) => value !== null || hadValue(key.name));
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function attributesOf(state: OffboardingState): SearchAttributeUpdatePair[] {
  const { hardware, software, requests } = state.counts;
  const { date } = state.lastDay;
  return [
    { key: searchAttributes.state, value: state.phase },
    { key: searchAttributes.lastDay, value: date === null ? null : new Date(`${date}T00:00:00Z`) },
    { key: searchAttributes.openHardware, value: hardware },
    { key: searchAttributes.openSeats, value: software },
    { key: searchAttributes.openRequests, value: requests },
    { key: searchAttributes.department, value: shownDepartment(state.parts.department.name) },
    { key: searchAttributes.needsAttention, value: state.failedSteps.length > 0 },
  ];
}

const waitsFor: Record<Phase, string> = {
  waiting: 'Waits until nothing is open any more',
  clear: 'Nothing is open: waits for somebody to complete the offboarding',
  finalizing: 'Completes the offboarding',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

function detailsOf(state: OffboardingState): string {
  const { failedSteps, lastDay, reminder, since, parts } = state;
  const attention =
    failedSteps.length > 0
      ? [`**Needs attention:** failed for good: ${failedSteps.join(', ')}. Send the Update \`retry\`.`]
      : [];
  return [
    ...attention,
    `**${waitsFor[state.phase]}**${since?.phase === state.phase ? ` since ${minute(since.at)}` : ''}.`,
    `Offboarding of user ${state.userId}. Last day: ${lastDay.date ?? 'none'} (${lastDay.zone}).`,
    [
      '| open | how many | ids |',
      '|---|---|---|',
      row('hardware (assignments)', parts.hardware.ids),
      row('software (seats)', parts.seats.ids),
      row('requests', parts.requests.ids),
    ].join('\n'),
    `Next reminder: ${reminder === null ? 'none' : `\`${reminder.kind}\` at ${minute(reminder.dueAt)}`}.`,
  ].join('\n\n');
}

const idsShown = 30;

function row(what: string, ids: number[]): string {
  const shown = ids.slice(0, idsShown).join(', ') || '–';
  return `| ${what} | ${ids.length} | ${shown}${ids.length > idsShown ? ' …' : ''} |`;
}

const minute = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
