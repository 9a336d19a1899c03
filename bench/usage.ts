import { NO_REQUESTS, requestsBetween, type ApiRequests } from './api-requests.ts';

/** What one process has used within a window of time. */
export interface Usage {
  readonly cpuUs: number;
  /** The most since the process began. */
  readonly maxRssMb: number;
  readonly requests: ApiRequests;
}

/** Takes the difference between two moments. */
export class UsageMeter {
  readonly #requests: () => ApiRequests;
  #cpu = process.cpuUsage();
  #before: ApiRequests = NO_REQUESTS;

  constructor(requests: () => ApiRequests = () => NO_REQUESTS) {
    this.#requests = requests;
  }

  begin(): void {
    this.#before = this.#requests();
    this.#cpu = process.cpuUsage();
  }

  end(): Usage {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      cpuUs: user + system,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
      requests: requestsBetween(this.#before, this.#requests()),
    };
  }
}
