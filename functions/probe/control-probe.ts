import type { Address } from '../reachability/address.ts';
import type { ControlReport, TargetReport } from '../reachability/report.ts';
import type { Target } from '../reachability/request.ts';
import type { Phase } from './phase.ts';

/** A control, before and after. */
export class ControlProbe {
  readonly before: Promise<TargetReport>;
  readonly #control: Target;
  readonly #addresses: Promise<readonly Address[]>;

  constructor(control: Target, survey: Phase, rank: number) {
    this.#control = control;
    const { promise, resolve } = Promise.withResolvers<readonly Address[]>();
    this.#addresses = promise;
    this.before = survey.probe(control, rank, resolve).finally(() => resolve([]));
  }

  /** Connects to the same addresses again; a control that had none, or for which time ran out, has no `after`. */
  async recheck(phase: Phase, rank: number): Promise<ControlReport> {
    const addresses = (await this.#addresses).map(({ text }) => text);
    const again = addresses.length > 0 && phase.probe({ ...this.#control, addresses }, rank);
    const before = await this.before;
    const after = again && (await again);
    const report = { host: before.host, port: before.port, before };
    return after && after.addresses.length > 0 ? { ...report, after } : report;
  }
}
