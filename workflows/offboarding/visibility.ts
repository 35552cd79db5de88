import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { condition, isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes, shownDepartment } from '../../engine/contract.ts';
import type { OffboardingState, Phase } from './state.ts';

/** What an operator sees of a leaver's workflow: search attributes and the details in the Temporal UI. */
export class Visibility {
  private readonly leaver: OffboardingState;
  private attributes: SearchAttributeUpdatePair[] = [];
  private details = '';

  constructor(leaver: OffboardingState) {
    this.leaver = leaver;
  }

  /** Publishes every change beside the procedure, because a slow step must not hide one. Not awaited. */
  async publishChanges(): Promise<void> {
    try {
      for (;;) {
        this.publish();
        await condition(() => !this.leaver.isPublishedLater && this.isStale());
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }

  /** Publishes what changed since the last time. All attributes go in one call, because each call is an event. */
  publish(): void {
    const { leaver } = this;
    if (!this.isStale()) return;
    if (leaver.since?.phase !== leaver.phase) leaver.since = { phase: leaver.phase, at: Date.now() };
    const attributes = attributesOf(leaver);
    if (!isEqual(attributes, this.attributes)) upsertSearchAttributes(this.withoutUnsetNulls(attributes));
    this.attributes = attributes;
    this.details = detailsOf(leaver);
    setCurrentDetails(this.details);
  }

  private isStale(): boolean {
    const { leaver } = this;
    return (
      leaver.isKnown &&
      (!isEqual(attributesOf(leaver), this.attributes) || detailsOf(leaver) !== this.details)
    );
  }

  /** A null removes a value. Temporal would show a null as a value if the attribute had none. */
  private withoutUnsetNulls(attributes: SearchAttributeUpdatePair[]) {
    const hasValue = (name: string) =>
      this.attributes.some(({ key, value }) => key.name === name && value !== null);
    return attributes.filter(({ key, value }) => value !== null || hasValue(key.name));
  }
}

/**
 * Publishes a completion only when it takes longer than a second or has ended: each state in between would be an event
 * in the history that nobody has time to see. Not awaited.
 */
export async function publishLater(leaver: OffboardingState): Promise<void> {
  if (leaver.isPublishedLater) return;
  leaver.isPublishedLater = true;
  try {
    const isOpenAgain = () => leaver.isOpen && !leaver.isFinalizing;
    await condition(isOpenAgain, '1s', { summary: 'Wait before showing the completion' });
  } catch (error) {
    if (!isCancellation(error)) throw error;
  } finally {
    leaver.isPublishedLater = false;
  }
}

const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function attributesOf(leaver: OffboardingState): SearchAttributeUpdatePair[] {
  const { hardware, software, requests } = leaver.counts;
  const { date } = leaver.lastDay;
  return [
    { key: searchAttributes.state, value: leaver.phase },
    { key: searchAttributes.lastDay, value: date === null ? null : new Date(`${date}T00:00:00Z`) },
    { key: searchAttributes.openHardware, value: hardware },
    { key: searchAttributes.openSeats, value: software },
    { key: searchAttributes.openRequests, value: requests },
    { key: searchAttributes.department, value: shownDepartment(leaver.parts.department.name) },
    { key: searchAttributes.needsAttention, value: leaver.failedSteps.length > 0 },
  ];
}

const waitsFor: Record<Phase, string> = {
  waiting: 'Waiting until nothing is open',
  clear: 'All clear: waiting for an admin to complete the offboarding',
  finalizing: 'Completing the offboarding',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

function detailsOf(leaver: OffboardingState): string {
  const { failedSteps, lastDay, reminder, since, parts } = leaver;
  const attention =
    failedSteps.length > 0
      ? [`**Needs attention:** failed steps: ${failedSteps.join(', ')}. Send the Update \`retry\`.`]
      : [];
  return [
    ...attention,
    `**${waitsFor[leaver.phase]}**${since?.phase === leaver.phase ? ` since ${minute(since.at)}` : ''}.`,
    `Offboarding of user ${leaver.userId}. Last day: ${lastDay.date ?? 'none'} (${lastDay.zone}).`,
    [
      '| open items | count | ids |',
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
