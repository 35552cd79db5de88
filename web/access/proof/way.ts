import type { Request, Response } from 'express';

/** A way to prove who is at the browser. The view `proof/_<name>` shows it. */
export interface Way {
  name: 'password' | 'provider';
  /**
   * Checks what the form sent in `proof_<name>`. Throws InvalidInput with the error of this field. Without it, the view leads
   * elsewhere.
   */
  check?: (sent: unknown, request: Request, response: Response) => Promise<void>;
}
