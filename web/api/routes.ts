import type { Express } from 'express';
import type { Services } from '../services.ts';

/** The HTTP API below /api/v1. */
export function mountApi(_app: Express, _services: Services): void {}
