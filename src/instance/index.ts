// First, before anything that another runtime cannot load.
import '../lib/runtime.ts';

export type { AccessToken, TokenRequest } from './access-token.ts';
export { type InstanceConfig, readInstanceConfig, readInstanceDatabase } from './config.ts';
export { createInstance, type Instance } from './create-instance.ts';
export { examineInstance } from './doctor/examine-instance.ts';
export type { FormCredentialRequest } from './form-credential.ts';
export { INSTANCE_MIGRATIONS } from './migrations.ts';
export { type AppState, appStates } from './store/app-states.ts';
export { searchUsers, type UserPage, type UserSearch } from './store/search-users.ts';
export { addUser, listUsers, type NewUser, type UserView } from './store/users.ts';
export type { PlatformState } from './tokens/platform.ts';
