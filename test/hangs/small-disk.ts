import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../temp.ts';

/** A file system of its own, small enough to be full at once. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all room that is left. */
  fill(): void;
  /** Gives it back. */
  empty(): void;
  /** Nobody may write a file of a folder any more, not even one that is open; nor make one. */
  forbid(folder: string): void;
  allow(folder: string): void;
}

/** Whether file systems can be mounted here: root is needed, and a kernel that has ext4 and loop devices. */
export const mountable = process.getuid?.() === 0 && canMount();

/** An ext4 in a file, mounted until the test has finished. */
export function smallDisk(megabytes: number): SmallDisk {
  const base = temporaryFolder();
  // PostgreSQL runs as another user, and finds its way through it.
  chmodSync(base, 0o755);
  const [image, folder] = [join(base, 'disk.img'), join(base, 'disk')];
  mount(image, folder, megabytes);
  onTestFinished(() => unmount(folder));
  const filler = join(folder, 'filler');
  const immutable = (flag: '+i' | '-i', of: string): void => {
    // The kernel ends a process that writes into a mapped file of this kind: SQLite's index of its log stays as it is.
    const files = readdirSync(of)
      .filter(name => !name.endsWith('-shm'))
      .map(name => join(of, name));
    execFileSync('chattr', [flag, ...files, of]);
  };
  return {
    folder,
    fill() {
      const file = openSync(filler, 'a');
      for (const bytes of [1 << 20, 1 << 12, 1]) {
        const block = Buffer.alloc(bytes, 1);
        try {
          // A write that finds no room for all of it writes less.
          while (writeSync(file, block) === bytes);
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        }
      }
      closeSync(file);
    },
    empty: () => rmSync(filler),
    forbid: of => immutable('+i', of),
    allow: of => immutable('-i', of),
  };
}

function mount(image: string, folder: string, megabytes: number): void {
  mkdirSync(folder);
  execFileSync('truncate', ['-s', `${megabytes}M`, image]);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', image], { stdio: 'pipe' });
  execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' });
}

function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
}

function canMount(): boolean {
  const base = mkdtempSync(join(tmpdir(), 'keyferry-mount-'));
  try {
    mount(join(base, 'disk.img'), join(base, 'disk'), 4);
    unmount(join(base, 'disk'));
    return true;
  } catch {
    return false;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
