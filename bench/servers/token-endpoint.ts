import { randomBytes } from 'node:crypto';
import { listening, sharedNow } from './listening.ts';

// A token endpoint that is as fast as node:http: a new pair at each request.
let answeredAt = 0;
let count = 0;
listening(() => {
  answeredAt = sharedNow();
  count++;
  return {
    access_token: randomBytes(330).toString('base64url'),
    refresh_token: randomBytes(77).toString('base64url'),
    token_type: 'Bearer',
    expires_in: 3600,
  };
});
process.on('message', message => {
  if (message === 'answered') process.send?.({ at: answeredAt, count });
});
