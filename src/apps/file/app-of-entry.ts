import { z } from 'zod';
import type {
  AppDefinition,
  CalcomReader,
  FormCredential,
  FormField,
  OAuthCredential,
  OAuthDefinition,
} from '../definition.ts';
import { CLIENT_KEYS, flag, NO_KEYS, STANDARD, text, tokensWith } from '../shared.ts';
import type { FileApp, FileField } from './schema.ts';

const ADDED: CalcomReader = {
  refreshReply: 'flat',
  pushExpiry: 'expiry_date_ms',
  refreshed: 'not_asked',
  remark: 'An app of the operator: an unmodified Cal.com does not have it.',
  needs: [],
};

/** The record of an entry of the file, with `unknown` for what it leaves open. */
export function appOfEntry(entry: FileApp): AppDefinition {
  const { slug, name, description, categories, keys = {} } = entry;
  const [first = 'other', ...rest] = categories;
  const { variant = first } = entry;
  const known = entry.oauth ? CLIENT_KEYS : NO_KEYS;
  const added = Object.entries(keys).map(([key, { required }]) => [key, required ? text : text.optional()]);
  const shown = Object.entries(keys).flatMap(([key, { secret }]) => (secret ? [] : [key]));
  return {
    slug,
    dirName: entry.dirName ?? slug,
    name,
    type: entry.type ?? `${slug}_${variant}`,
    variant,
    categories: [first, ...rest],
    description,
    keys: known.extend(Object.fromEntries(added)),
    publicKeys: entry.oauth ? ['client_id', ...shown] : shown,
    credential: credentialOf(entry),
  };
}

function credentialOf({ oauth, form }: FileApp): AppDefinition['credential'] {
  if (oauth) return oauthOf(oauth);
  return form ? formOf(form) : { kind: 'none' };
}

function oauthOf({ apiBase, errors, ...given }: NonNullable<FileApp['oauth']>): OAuthCredential {
  const oauth = withoutUndefined({ ...STANDARD, ...given, errors: { ...STANDARD.errors, ...errors } });
  return {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: oauth as unknown as OAuthDefinition,
    apiBase: apiBase ?? null,
    calcom: ADDED,
  };
}

function formOf({ kind, fields, nesting, verify, apiBase }: NonNullable<FileApp['form']>): FormCredential {
  const members = fields.map(field => [field.name, schemaOf(field)]);
  return {
    kind,
    schema: z.looseObject(Object.fromEntries(members)),
    fields: fields.map(field => withoutUndefined(field) as unknown as FormField),
    nesting,
    verify,
    ...(apiBase === undefined ? {} : { apiBase }),
    calcom: ADDED,
  };
}

function schemaOf({ input, options = {}, required }: FileField): z.ZodType {
  if (input === 'checkbox') return flag;
  const schema = {
    text,
    password: text,
    url: z.url(),
    email: z.email(),
    select: z.enum(Object.keys(options)),
    lines: z.array(text).min(1),
  }[input];
  return required ? schema : schema.optional();
}

/** Zod leaves a member that was not given as it is; a record has none. */
function withoutUndefined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}
