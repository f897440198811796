import { IconAlertTriangle } from '@tabler/icons-react';
import { Refusal } from '../../lib/api.ts';
import { type Origin, useFill, useSurroundings } from '../surroundings.tsx';

/** Codes of what a service answered to a form: its own words help. */
const OF_SERVICES = /^(provider_|credential_refused|address_refused|body_invalid)/;

/** Why a step failed. It is read out when it appears. */
export function Alarm({
  error,
  origin,
  appName,
  ofForm = false,
}: {
  error: unknown;
  origin: Origin;
  appName: string;
  /** Whether the words of the server are about what the user entered. */
  ofForm?: boolean;
}) {
  const { texts } = useSurroundings();
  const filled = useFill(origin, appName);
  if (error === null) return null;
  const refusal = error instanceof Refusal ? error : null;
  const code = refusal?.code ?? 'page_fault';
  const { title, text } = textOfCode({ ...texts.codes, ...(ofForm ? texts.step.refusals : {}) }, code);
  const told = ofForm && refusal !== null && OF_SERVICES.test(code) ? refusal : null;
  return (
    <div className="alarm" role="alert">
      <IconAlertTriangle size={20} aria-hidden />
      <div>
        <strong>{filled(title)}</strong>
        <p>{filled(text)}</p>
        {told !== null && (
          <p className="told">
            {texts.details}: <span lang="en">{[told.message, told.remedy].filter(Boolean).join(' ')}</span>
          </p>
        )}
        <p className="told">
          {texts.code}: <code>{code}</code>
        </p>
      </div>
    </div>
  );
}

type Codes = ReturnType<typeof useSurroundings>['texts']['codes'];

/** The text of a code; that of a fault of ours where a newer server has one that this page does not know. */
export function textOfCode(codes: Codes, code: string): { title: string; text: string } {
  return Object.hasOwn(codes, code) ? codes[code as keyof Codes] : codes.internal;
}
