import type { Standing } from '../user-status.ts';

/** A person whom a line names. `fitsToo` is a second person whom the reference fits. */
export interface NamedPerson extends Standing {
  id: number;
  name: string;
  fitsToo?: string | null;
}
