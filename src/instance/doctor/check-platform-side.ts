import {
  type Asking,
  ask,
  askStatus,
  checkClock,
  checkDateHeader,
  checkReady,
  checkSlugs,
  type Finding,
  type Findings,
  json,
  type Wire,
} from '../../lib/doctor/index.ts';
import type { OutboundAnswer } from '../../lib/outbound.ts';
import {
  MAX_ID,
  platformBase,
  SYNC_PATH,
  SYNC_REQUEST_TYPE,
  secretHeaders,
  syncRequestBody,
} from '../../protocol/index.ts';

export interface PlatformSide {
  /** CALCOM_CREDENTIAL_SYNC_ENDPOINT */
  readonly endpoint: string;
  readonly wire: Wire;
  readonly slugs: readonly string[];
}

const ENDPOINT_REMEDY =
  'Is the platform running, and is CALCOM_CREDENTIAL_SYNC_ENDPOINT its address without a redirect?';
const SECRET_REMEDY =
  'Set CALCOM_WEBHOOK_SECRET and CALCOM_WEBHOOK_HEADER_NAME to the same values on both sides, and restart them.';

/** What an instance can find out of its platform, be it a Keyferry or one of the host's own making. */
export async function checkPlatformSide(
  asking: Asking,
  side: PlatformSide,
  findings: Findings,
): Promise<Finding[]> {
  const { endpoint, wire, slugs } = side;
  const base = platformBase(endpoint);
  if (base === null) return checkForeign(asking, side, findings);
  const answer = await askStatus(asking, base, wire);
  switch (answer.kind) {
    case 'silent':
      return [findings.failed('reachable', `${base} does not answer (${answer.reason})`, ENDPOINT_REMEDY)];
    case 'refused':
      return [
        findings.ok('reachable', `Keyferry at ${base}`),
        findings.failed('secret', 'the platform does not take our secret', SECRET_REMEDY),
      ];
    case 'foreign':
      return checkForeign(asking, side, findings);
    case 'status': {
      const { status, askedAt } = answer;
      if (status.role !== 'platform') {
        const remedy = `Set CALCOM_CREDENTIAL_SYNC_ENDPOINT to the platform's address and ${SYNC_PATH}.`;
        return [findings.failed('reachable', `${base} is an instance, not a platform`, remedy)];
      }
      return [
        await checkReady(asking, base, status, findings),
        await checkEndpoint(asking, side, findings),
        findings.notPossible('encryption', 'the platform only encrypts: run the doctor there'),
        checkSlugs(slugs, status, findings),
        checkClock(status.time, askedAt, findings),
      ];
    }
  }
}

/** A platform of the host's own making has the endpoint and nothing else to ask. */
async function checkForeign(asking: Asking, side: PlatformSide, findings: Findings): Promise<Finding[]> {
  const answered = await askForNobody(asking, side);
  if ('reason' in answered) {
    return [
      findings.failed('reachable', `${side.endpoint} does not answer (${answered.reason})`, ENDPOINT_REMEDY),
    ];
  }
  const { answer, askedAt } = answered;
  return [
    judgeEndpoint(answer, findings),
    findings.notPossible('encryption', 'this platform is no Keyferry: it has no echo'),
    findings.notPossible('apps', 'this platform is no Keyferry: it does not tell its slugs'),
    checkDateHeader(answer.headers, askedAt, findings),
  ];
}

/** The endpoint itself, asked for a user who cannot exist. */
async function checkEndpoint(asking: Asking, side: PlatformSide, findings: Findings): Promise<Finding> {
  const answered = await askForNobody(asking, side);
  if ('reason' in answered) {
    return findings.failed(
      'secret',
      `${side.endpoint} does not answer (${answered.reason})`,
      ENDPOINT_REMEDY,
    );
  }
  return judgeEndpoint(answered.answer, findings);
}

function askForNobody(asking: Asking, { endpoint, wire }: PlatformSide) {
  return ask(asking, endpoint, {
    method: 'POST',
    headers: { 'content-type': SYNC_REQUEST_TYPE, ...secretHeaders(wire.secret, wire.header) },
    body: syncRequestBody({ calcomUserId: MAX_ID, appSlug: 'google-calendar' }),
  });
}

function judgeEndpoint(answer: OutboundAnswer, findings: Findings): Finding {
  const { status } = answer;
  const body = json(answer);
  if (status === 401 || status === 403) {
    return findings.failed('secret', `the endpoint refuses our secret (${status})`, SECRET_REMEDY);
  }
  if (status >= 500) {
    const remedy = 'Look at its log; it should answer 404 with JSON.';
    return findings.warning('secret', `the endpoint answered ${status} for an unknown user`, remedy);
  }
  // A Keyferry says "not_found" where it has no such path, and another code where it has no such user.
  if (body === null || (body as { code?: unknown }).code === 'not_found') {
    const detail = `there is no endpoint at this path (${status})`;
    return findings.failed('secret', detail, 'Is the path of CALCOM_CREDENTIAL_SYNC_ENDPOINT right?');
  }
  return findings.ok('secret', `the endpoint takes it (${status} for a user who cannot exist)`);
}
