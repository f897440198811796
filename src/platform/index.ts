// First, before anything that another runtime cannot load.
import '../lib/runtime.ts';

export { type PlatformConfig, readPlatformConfig } from './config.ts';
export { createPlatform, type Platform } from './create-platform.ts';
export { examinePlatform } from './doctor/examine-platform.ts';
export { type HostLook, LOGO_BYTES, LOGO_NAME } from './host-look.ts';
export { PLATFORM_MIGRATIONS } from './migrations.ts';
