/**
 * How many statements Lastday sends, so that what it is held against sends as many: in the step of a completion, before
 * the web process asks for one, and for an end date that is set over the API. Begin and commit count.
 */
export const statementsOfCompletion = 6;
export const statementsBeforeAsking = 3;
export const statementsOfEndDate = 9;
