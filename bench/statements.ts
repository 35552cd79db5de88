/**
 * How many statements Lastday sends, including begin and commit, because the bare processes send as many: in the step
 * of a completion, in the web process before its Update, and for an end date over the API.
 */
export const statementsOfCompletion = 6;
export const statementsBeforeUpdate = 3;
export const statementsOfEndDate = 9;
