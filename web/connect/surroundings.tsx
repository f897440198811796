import { createContext, type ReactNode, use } from 'react';
import type { HostView } from './api.ts';
import { fill, type Texts } from './texts/index.ts';

/** What every step of the page needs: the language, and who sent the user. */
export interface Surroundings {
  readonly texts: Texts;
  readonly language: string;
  readonly host: HostView;
}

const Context = createContext<Surroundings | null>(null);

export function Surrounded({ value, children }: { value: Surroundings; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

export function useSurroundings(): Surroundings {
  const value = use(Context);
  if (value === null) throw new Error('The page has no surroundings.');
  return value;
}

/** Who the user came from, and the way back. */
export interface Origin {
  readonly name: string | null;
  readonly url: string | null;
}

/** The host as it names itself; else by the address that the way back leads to. */
export function originOf({ name, url }: HostView, returnUrl: string | null): Origin {
  const back = returnUrl ?? url;
  return { name: name ?? (back === null ? null : new URL(back).hostname), url: back };
}

/** A function that fills the host, and whatever else is given, into a text. */
export function useFill(origin: Origin, appName?: string): (text: string) => string {
  const { texts } = useSurroundings();
  const values = { host: origin.name ?? texts.someHost, app: appName ?? texts.someApp };
  return text => fill(text, values);
}
