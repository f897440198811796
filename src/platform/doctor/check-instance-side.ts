import {
  type Asking,
  ask,
  askStatus,
  checkClock,
  checkDateHeader,
  checkEncryption,
  checkReady,
  checkSlugs,
  type Finding,
  type Findings,
  json,
  type Wire,
} from '../../lib/doctor/index.ts';
import { encryptKeys, MAX_ID, secretHeaders, WEBHOOK_PATH } from '../../protocol/index.ts';

export interface InstanceSide {
  readonly webappUrl: string;
  readonly wire: Wire;
  /** The slugs that this side knows. */
  readonly slugs: readonly string[];
  /** What KEYFERRY_TARGET says that it is. */
  readonly kind: 'keyferry' | 'calcom';
}

const SAME_SECRET =
  'Set CALCOM_WEBHOOK_SECRET and CALCOM_WEBHOOK_HEADER_NAME to the same values on both sides, and restart them.';

/** What a platform can find out of its instance, be it a Keyferry or an unmodified Cal.com. */
export async function checkInstanceSide(
  asking: Asking,
  side: InstanceSide,
  findings: Findings,
): Promise<Finding[]> {
  const { webappUrl, wire, slugs, kind } = side;
  const answer = await askStatus(asking, webappUrl, wire);
  switch (answer.kind) {
    case 'silent':
      return [unreachable(findings, webappUrl, answer.reason)];
    case 'refused':
      return [
        findings.ok('reachable', `Keyferry at ${webappUrl}`),
        findings.failed('secret', 'the instance does not take our secret', SAME_SECRET),
      ];
    case 'foreign':
      return checkCalcom(asking, side, findings);
    case 'status': {
      const { status, askedAt } = answer;
      if (status.role !== 'instance') {
        const remedy = 'Set CALCOM_WEBAPP_URL to the address of the instance.';
        return [findings.failed('reachable', `${webappUrl} is a platform, not an instance`, remedy)];
      }
      return [
        await checkReady(asking, webappUrl, status, findings),
        ...checkKind('keyferry', kind, findings),
        findings.ok('secret', 'the instance takes it'),
        await checkEncryption(asking, webappUrl, wire, findings),
        checkSlugs(slugs, status, findings),
        checkClock(status.time, askedAt, findings),
      ];
    }
  }
}

/** Whether the target is what the platform takes it for: a Cal.com has no API to delete credentials by. */
function checkKind(is: InstanceSide['kind'], told: InstanceSide['kind'], findings: Findings): Finding[] {
  if (is === told) return [];
  const detail = `the instance is a ${is === 'calcom' ? 'Cal.com' : 'Keyferry'}, KEYFERRY_TARGET says ${told}`;
  return [findings.warning('target', detail, `Set KEYFERRY_TARGET=${is} on the platform.`)];
}

function unreachable(findings: Findings, url: string, reason: string): Finding {
  const remedy = 'Is the instance running, and is CALCOM_WEBAPP_URL its address without a redirect?';
  return findings.failed('reachable', `${url} does not answer (${reason})`, remedy);
}

/** The highest id there can be: nobody has it, so that the push changes nothing. */
const NOBODY = MAX_ID;

/** Cal.com has no route to ask. A push for nobody tells whether it takes our secret. */
async function checkCalcom(
  asking: Asking,
  { webappUrl, wire, kind }: InstanceSide,
  findings: Findings,
): Promise<Finding[]> {
  const answered = await ask(asking, `${webappUrl}${WEBHOOK_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...secretHeaders(wire.secret, wire.header) },
    body: JSON.stringify({
      userId: NOBODY,
      appSlug: 'google-calendar',
      keys: encryptKeys('{}', wire.encryptionKey),
    }),
  });
  if ('reason' in answered) return [unreachable(findings, webappUrl, answered.reason)];
  const { answer, askedAt } = answered;
  const message = (json(answer) as { message?: unknown } | null)?.message;
  if (![403, 404].includes(answer.status) || typeof message !== 'string') {
    const remedy = 'Set CALCOM_WEBAPP_URL to the web address of Keyferry or Cal.com, without a path.';
    return [
      findings.failed(
        'reachable',
        `${webappUrl} is no instance: its webhook answered ${answer.status}`,
        remedy,
      ),
    ];
  }
  return [
    findings.ok('reachable', `a Cal.com at ${webappUrl}`),
    ...checkKind('calcom', kind, findings),
    judgeCalcom(answer.status, message, findings),
    findings.notPossible('encryption', 'Cal.com has no echo: push a credential and use it'),
    findings.notPossible('apps', 'Cal.com does not tell its slugs: see its "App" table'),
    checkDateHeader(answer.headers, askedAt, findings),
  ];
}

function judgeCalcom(status: number, message: string, findings: Findings): Finding {
  if (status === 404) return findings.ok('secret', 'a push for nobody was answered "User not found"');
  if (message === 'Credential sharing is not enabled') {
    const remedy =
      'Set CALCOM_CREDENTIAL_SYNC_SECRET (its newer name) and CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY on Cal.com, and restart it.';
    return findings.failed('secret', 'credential sharing is off on Cal.com', remedy);
  }
  return findings.failed('secret', 'Cal.com does not take our secret', SAME_SECRET);
}
