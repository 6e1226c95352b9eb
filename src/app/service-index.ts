/** Which services something belongs to. Mostly that is one, and at a hundred thousand of them no set is made for one. */
export class ServiceIndex {
  readonly #services = new Map<string, string | Set<string>>();

  add(key: string, service: string): void {
    const known = this.#services.get(key);
    if (known === undefined) this.#services.set(key, service);
    else if (typeof known !== 'string') known.add(service);
    else if (known !== service) this.#services.set(key, new Set([known, service]));
  }

  /** In the order in which they were added. */
  of(key: string): Iterable<string> {
    const known = this.#services.get(key) ?? [];
    return typeof known === 'string' ? [known] : known;
  }
}
