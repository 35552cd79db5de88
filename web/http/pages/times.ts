import { type CalendarDate, daysBetween, todayIn } from '../../../domain/dates.ts';
import { plural } from '../../../domain/wording/plural.ts';
import {
  dayWords,
  exactTimeWords,
  namedTimeWords,
  secondWords,
  type Time,
  timeWords,
} from '../../../domain/wording/times.ts';

/** The zone of a reader's times. */
export interface Clock {
  zone: string;
  /** Whether each time names the zone, because it is not known to be that of the reader's browser. */
  isNamed: boolean;
}

export type Times = ReturnType<typeof timesBy>;

/** Writes times by a reader's clock. Everything that the console says about times comes from here. */
export function timesBy(clock: Clock) {
  const { zone, isNamed } = clock;
  const since = (start: Time, now = new Date()) =>
    durationWords(daysBetween(dayIn(zone, start), todayIn(zone, now)));
  /** How often each id was given, because a page may show the same time twice. */
  const given = new Map<string, number>();
  return {
    clock,

    /** A time: `24 Nov 2026, 05:55`, with the zone's name when the reader may be elsewhere. */
    time: (time: Time | null | undefined): string => {
      if (time == null) return '—';
      return isNamed ? namedTimeWords(time, zone) : timeWords(time, zone);
    },

    /** A time whose zone is named beside it. */
    timeWithoutZone: (time: Time): string => timeWords(time, zone),

    /** A time in a zone that decides something, such as a leaver's: `24 Nov 2026, 05:55 Asia/Tokyo`. */
    timeIn: namedTimeWords,

    /** Whether a time reads differently in another zone. */
    differsIn: (other: string, time: Time): boolean => timeWords(time, other) !== timeWords(time, zone),

    /** A time to the second: `24 Nov 2026, 05:55:09`. */
    second: (time: Time): string => secondWords(time, zone) + (isNamed ? ` ${zone}` : ''),

    /** A time to the second with its zone. A page shows it on request. */
    exact: (time: Time): string => exactTimeWords(time, zone),

    /** The id of the element with an exact time. Rendering the same page again gives the same ids. */
    exactId: (time: Time): string => {
      const id = `t${new Date(time).getTime()}`;
      const count = (given.get(id) ?? 0) + 1;
      given.set(id, count);
      return count === 1 ? id : `${id}-${count}`;
    },

    /** The day of a time: `24 Nov 2026`. */
    day: (time: Time): string => dayWords(time, zone),

    /** How long ago a time's day was: `3 years`, `5 months`, `12 days`, `today`. */
    since,

    /** A verb with its duration: `assigned for 3 years`, `assigned today`. */
    lasting: (verb: string, start: Time): string => {
      const time = since(start);
      return time === 'today' ? `${verb} today` : `${verb} for ${time}`;
    },
  };
}

const dayIn = (zone: string, time: Time): CalendarDate => todayIn(zone, new Date(time));

function durationWords(days: number): string {
  if (days < 1) return 'today';
  if (days < 60) return plural(days, 'day');
  if (days < 730) return plural(Math.floor(days / 30.44), 'month');
  return plural(Math.floor(days / 365.25), 'year');
}
