/** `${NAME}` in a text of the configuration stands for an environment variable; `$${NAME}` for the characters `${NAME}`. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Substitution {
  readonly text: string;
  /** Variables that are not set. */
  readonly unset: readonly string[];
  /** What stands between braces and is no name of a variable. */
  readonly malformed: readonly string[];
}

const REFERENCE = /\$(\$?)\{([^}]*)\}/g;

/** Puts environment variables into a text. What comes from a variable is not looked at again. */
export function substitute(text: string, environment: Environment): Substitution {
  const unset: string[] = [];
  const malformed: string[] = [];
  const filled = text.replace(REFERENCE, (reference, escaped: string, name: string) => {
    if (escaped !== '') return reference.slice(1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      malformed.push(name);
      return reference;
    }
    const value = environment[name];
    if (value === undefined) unset.push(name);
    return value ?? reference;
  });
  return { text: filled, unset, malformed };
}

/** Whether a text takes anything from the environment. */
export function refersToEnvironment(text: string): boolean {
  return [...text.matchAll(REFERENCE)].some((match) => match[1] === '');
}

/** What is expected where a secret stands: files are read, copied and kept by many. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the reader should write.
export const FROM_ENVIRONMENT = 'a text taken from the environment such as ${PASSWORD}';
