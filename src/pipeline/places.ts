/**
 * What lies where under a store's root, and by which names the store knows its own: whatever else a root holds is not the store's.
 * @module
 */

/** Places of a stage under a store's root. */
export const places = (kind: string, key: string) => {
  const name = key.slice(0, 24);
  return {
    entry: `${kind}/${name}`,
    unfinished: `unfinished/${kind}/${name}`,
    lock: `locks/${kind}-${name}.lock`,
  };
};

/** Where a damaged result is put aside; no two of them share it. */
export const damagedPlace = (entry: string): string => `${entry}.damaged-${crypto.randomUUID().slice(0, 8)}`;

/** What a result of `kind` is written into begins with this; random digits follow. */
export const makingPrefix = (kind: string): string => `making-${kind}-`;

/** Where something that is removed goes first; no two of them share it. */
export const removingPlace = (index: number): string => `removing-${crypto.randomUUID().slice(0, 8)}-${index}`;

/** Whether a folder of the root is one that results are written into or removed from. */
export const isHalf = (name: string): boolean => /^making-\w[\w-]*-[0-9a-f]{12,16}$/.test(name) || isRemoving(name);

/** Whether a folder of the root is on its way out. */
export const isRemoving = (name: string): boolean => /^removing-[0-9a-f]+-\d+$/.test(name);

/** Whether a folder of the root may hold a kind's results: a word, so that a disk's own folders are not looked into. */
export const isKindName = (name: string): boolean => /^\w[\w-]*$/.test(name);

/** Whether a name inside a kind's folder is a stage's. */
export const isKeyName = (name: string): boolean => /^[0-9a-f]{24}$/.test(name);

/** Whether a name inside a kind's folder is that of a damaged result put aside. */
export const isDamagedName = (name: string): boolean => /^[0-9a-f]{24}\.damaged-[0-9a-f]{8}$/.test(name);

/** KIND/KEY of the stage that a file of the folder `locks` locks; undefined when the file is no such lock. */
export function lockedStage(name: string): string | undefined {
  const [, kind, key] = /^(.+)-([0-9a-f]{24})\.lock$/.exec(name) ?? [];
  return kind === undefined ? undefined : `${kind}/${key}`;
}
