import { sleep } from '../../config/loop.ts';
import { type ChangeEvents, listenForChanges } from '../../database/live/listener.ts';
import type { Services } from '../http/services.ts';

/** How long a page waits for the connection before it polls, in milliseconds. */
const timeoutMs = 1_000;

/** The connection that listens for the changes of all transactions. It starts with the first page that follows. */
export class Listening {
  readonly #services: Services;
  readonly #events: Required<ChangeEvents>;
  #hasStarted = false;
  #isOn = false;
  #turnedOn = Promise.withResolvers<void>();

  constructor(services: Services, events: Required<ChangeEvents>) {
    this.#services = services;
    this.#events = events;
  }

  /** Whether every change is reported now. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Starts to listen unless it was started, waits a moment for the connection, and returns whether it is on. */
  async start(): Promise<boolean> {
    const { stopping } = this.#services;
    if (stopping.aborted) return false;
    if (!this.#hasStarted) this.#connect();
    if (!this.#isOn) await Promise.race([this.#turnedOn.promise, sleep(timeoutMs, stopping)]);
    return this.#isOn;
  }

  #connect(): void {
    this.#hasStarted = true;
    const { environment, log, stopping } = this.#services;
    const events = {
      ...this.#events,
      listening: () => this.#turnOn(),
      lost: () => this.#turnOff(),
    };
    void listenForChanges(environment.DATABASE_URL, events, log, stopping);
    stopping.addEventListener('abort', () => this.#turnOff());
  }

  #turnOn(): void {
    this.#events.listening();
    this.#isOn = true;
    this.#turnedOn.resolve();
  }

  #turnOff(): void {
    if (this.#isOn) this.#turnedOn = Promise.withResolvers();
    this.#isOn = false;
    this.#events.lost();
  }
}
