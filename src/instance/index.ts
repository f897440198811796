export type { AccessToken, TokenRequest } from './access-token.ts';
export { type InstanceConfig, readInstanceConfig } from './config.ts';
export { createInstance, type Instance } from './create-instance.ts';
export { addUser, type NewUser, type UserView } from './store/users.ts';
