/** Which services something belongs to. Mostly that is one, and at a hundred thousand of them no list is made for one. */
export class ServiceIndex {
  readonly #services = new Map<string, string | readonly string[]>();

  add(key: string, service: string): void {
    const known = this.of(key);
    if (known.includes(service)) return;
    this.#services.set(key, known.length === 0 ? service : [...known, service]);
  }

  /** In the order in which they were added. */
  of(key: string): readonly string[] {
    const known = this.#services.get(key) ?? [];
    return typeof known === 'string' ? [known] : known;
  }
}
